//! The code of an invitation, which the mail does not carry: the administrator says it to the person they mean, so that the
//! link alone is worth nothing to whoever else reads it.

use crate::staff::account::Invitation;
use crate::staff::audit;
use crate::staff::store;
use crate::storage::encryption::{Cipher, token_hash};
use crate::storage::reference::parse_code;
use crate::web::app::App;
use crate::web::error::Result;

const PURPOSE: &str = "invitation code";
/// So many wrong codes withdraw an invitation: a slip is forgiven, and guessing at 50 thousand million codes is not.
const MOST_WRONG: i64 = 5;

/// What came of a code that was typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeCheck {
    Right,
    Wrong,
    /// It was wrong once too often: the invitation has ended.
    Withdrawn,
}

/// What is stored of a code.
pub fn hash(cipher: &Cipher, link_hash: &str, code: &str) -> String {
    cipher.keyed_hash(PURPOSE, &said(link_hash, code))
}

/// Compares a code as it was typed. What looks like no code of ours is no guess.
pub async fn check(app: &App, invitation: &Invitation, token: &str, typed: &str) -> Result<CodeCheck> {
    if invitation.code_hash.is_empty() && invitation.email.is_empty() {
        return Ok(CodeCheck::Right);
    }
    let Some(code) = parse_code(typed) else { return Ok(CodeCheck::Wrong) };
    let link_hash = token_hash(token);
    let whole = invitation.code_hash.len() == 64;
    if whole && app.cipher.is_keyed_hash(PURPOSE, &said(&link_hash, &code), &invitation.code_hash) {
        return Ok(CodeCheck::Right);
    }
    let now = app.clock.now();
    let withdrawn = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let withdrawn =
                    store::count_wrong_invitation_code(connection, &link_hash, MOST_WRONG).await?;
                if withdrawn {
                    let what = "an invitation ended: wrong codes";
                    audit::store::insert(connection, None, now, what, "").await?;
                }
                Ok(withdrawn)
            })
        })
        .await?;
    Ok(if withdrawn { CodeCheck::Withdrawn } else { CodeCheck::Wrong })
}

fn said(link_hash: &str, code: &str) -> String {
    format!("{link_hash}\0{code}")
}
