//! The codes of an app on a phone: TOTP (RFC 6238) as every such app does it, SHA-1, 6 digits, 30 seconds.

use anyhow::Context;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode};
use totp_rs::{Builder, Totp};

use crate::storage::encryption::random;

const STEP_SECONDS: i64 = 30;

/// What the phone and we both know: 160 bits, as RFC 4226 asks.
pub struct Secret(Totp);

/// A QR code to draw: `size` squares each way, and a path of the dark ones.
pub struct Drawing {
    pub size: usize,
    pub path: String,
}

impl Default for Secret {
    fn default() -> Secret {
        Secret::new()
    }
}

impl Secret {
    pub fn new() -> Secret {
        Secret::of(random::<20>()).expect("160 bits are enough")
    }

    /// An error for letters that are not base32, or stand for less than 128 bits.
    pub fn parse(letters: &str) -> anyhow::Result<Secret> {
        let letters: String = letters.to_ascii_uppercase().split_whitespace().collect();
        Secret::of(totp_rs::Secret::try_from_base32(letters).context("the secret is not base32")?)
    }

    fn of(secret: impl Into<totp_rs::Secret>) -> anyhow::Result<Secret> {
        // The defaults are what every app takes: SHA-1, 6 digits, 30 seconds, and one step either way.
        Ok(Secret(Builder::new().with_secret(secret).build().context("the secret is too short")?))
    }

    /// 32 letters and digits, to store and to type.
    pub fn in_letters(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The same in groups of 4, as a person types them.
    pub fn in_groups(&self) -> String {
        let letters: Vec<char> = self.in_letters().chars().collect();
        letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }

    /// The code of a moment, in seconds since 1970.
    pub fn code(&self, at: i64) -> String {
        self.0.generate(at.unsigned_abs()).to_string()
    }

    /// The step of 30 seconds whose code this is: now, or one off, as clocks are. Never one that was used, or one before
    /// it. One that was used when the clock was ahead counts for nothing: no code that is right now can be the same.
    pub fn step_of(&self, typed: &str, now: i64, last_used: i64) -> Option<i64> {
        let typed: String = typed.split_whitespace().collect();
        let step = self.0.check(&typed, now.unsigned_abs())?.cast_signed();
        let last_used = Some(last_used).filter(|last| *last <= now / STEP_SECONDS + 1);
        last_used.is_none_or(|last| step > last).then_some(step)
    }

    /// What the QR code says to the app.
    pub fn address(&self, site: &str, account: &str) -> String {
        let plain = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let (site, account) = (plain(site), plain(account));
        format!("otpauth://totp/{site}:{account}?secret={}&issuer={site}", self.in_letters())
    }

    pub fn drawing(&self, site: &str, account: &str) -> anyhow::Result<Drawing> {
        let code = QrCode::with_error_correction_level(self.address(site, account), EcLevel::M)?;
        let size = code.width();
        let colours = code.to_colors();
        let mut path = String::new();
        for (row, colours) in colours.chunks(size).enumerate() {
            let mut from = 0;
            for run in colours.chunk_by(|one, other| one == other) {
                if run[0] == Color::Dark {
                    path.push_str(&format!("M{from} {row}h{}v1h-{}z", run.len(), run.len()));
                }
                from += run.len();
            }
        }
        Ok(Drawing { size, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's appendix B.
    fn rfc() -> Secret {
        Secret::of(*b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code(at), code);
        }
    }

    #[test]
    fn a_secret_is_the_same_after_it_was_written_down() {
        assert_eq!(rfc().in_letters(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let secret = Secret::new();
        assert_eq!(
            Secret::parse(&secret.in_groups().to_lowercase()).unwrap().in_letters(),
            secret.in_letters()
        );
        assert_eq!(secret.in_letters().len(), 32);
    }

    #[test]
    fn letters_that_stand_for_no_secret_open_nothing() {
        for letters in ["", "not base32!", "GEZDGNBV"] {
            assert!(Secret::parse(letters).is_err(), "{letters}");
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_either_way_and_only_once() {
        let (secret, now) = (rfc(), 1_111_111_111);
        let step = now / 30;
        for near in [step - 1, step, step + 1] {
            assert_eq!(secret.step_of(&secret.code(near * 30), now, 0), Some(near));
        }
        for far in [step - 2, step + 2] {
            assert_eq!(secret.step_of(&secret.code(far * 30), now, 0), None);
        }
        assert_eq!(secret.step_of(&secret.code(now), now, step), None, "used");
        assert_eq!(secret.step_of(&secret.code(now - 30), now, step), None, "older than one that was used");
        assert_eq!(secret.step_of(&secret.code(now), now, step + 1), None, "one off is not ahead");
        for ahead in [step + 2, step + 1_000_000, i64::MAX] {
            assert_eq!(secret.step_of(&secret.code(now), now, ahead), Some(step), "the clock was ahead");
        }
        assert_eq!(secret.step_of(" 050 471 ", now, 0), Some(step));
        for wrong in ["", "05047", "0504711", "abcdef", "05047１"] {
            assert_eq!(secret.step_of(wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn the_drawing_has_the_three_corners_of_a_qr_code() {
        let drawing = rfc().drawing("My Back Pain", "a@example.org").unwrap();
        assert!(drawing.path.starts_with("M0 0h7v1h-7z"), "{}", drawing.path);
        assert!(drawing.path.contains(&format!("M{} 0h7v1h-7z", drawing.size - 7)));
        assert!(drawing.path.contains(&format!("M0 {}h7v1h-7z", drawing.size - 1)));
        assert!(
            rfc().address("My Back Pain", "a@b.c").starts_with("otpauth://totp/My%20Back%20Pain:a%40b%2Ec?")
        );
    }
}
