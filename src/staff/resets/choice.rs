//! What a reset link is for.

/// Of an account: one of the two, or both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResetChoice {
    pub password: bool,
    pub second_step: bool,
}

impl ResetChoice {
    pub fn is_nothing(self) -> bool {
        !self.password && !self.second_step
    }

    /// What the audit says of a link for it.
    pub fn made(self) -> &'static str {
        match self {
            ResetChoice { password: true, second_step: true } => {
                "made a link to reset a password and a second step"
            }
            ResetChoice { password: true, .. } => "made a link to reset a password",
            ResetChoice { .. } => "made a link to reset a second step",
        }
    }
}
