//! The codes of an app on a phone: TOTP (RFC 6238) as every such app does it, SHA-1, 6 digits, 30 seconds.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode};
use sha1::Sha1;

use crate::storage::encryption::random;

/// RFC 4648's letters.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const PERIOD: i64 = 30;
const DIGITS: usize = 6;

/// What the phone and we both know: 160 bits, as RFC 4226 asks.
pub struct Secret(Vec<u8>);

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
        Secret(random::<20>().to_vec())
    }

    /// Letters that stand for no secret give one that opens nothing.
    pub fn parse(letters: &str) -> Secret {
        let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
        for letter in letters.bytes() {
            let Some(value) = BASE32.iter().position(|known| *known == letter.to_ascii_uppercase()) else {
                continue;
            };
            held = held << 5 | value as u32;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits) as u8);
                held &= (1 << bits) - 1;
            }
        }
        Secret(bytes)
    }

    /// 32 letters and digits, to store and to type.
    pub fn in_letters(&self) -> String {
        let (mut letters, mut held, mut bits) = (String::new(), 0_u32, 0);
        for byte in &self.0 {
            held = held << 8 | u32::from(*byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                letters.push(char::from(BASE32[(held >> bits) as usize & 31]));
            }
            held &= (1 << bits) - 1;
        }
        letters
    }

    /// The same in groups of 4, as a person types them.
    pub fn in_groups(&self) -> String {
        let letters: Vec<char> = self.in_letters().chars().collect();
        letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }

    /// The code of a step of 30 seconds.
    pub fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("any key length is taken");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let at = usize::from(digest[19] & 15);
        let four = [digest[at] & 127, digest[at + 1], digest[at + 2], digest[at + 3]];
        format!("{:06}", u32::from_be_bytes(four) % 10_u32.pow(DIGITS as u32))
    }

    /// The step whose code this is: now, or one off, as clocks are. Never one that was used, or one before it.
    pub fn step_of(&self, typed: &str, now: i64, last_used: i64) -> Option<i64> {
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let step = now / PERIOD;
        // Every step is compared, so that the time taken says nothing.
        let right = [step - 1, step, step + 1].map(|step| (step, same(&self.code(step), &typed)));
        right.into_iter().find(|(step, right)| *right && *step > last_used).map(|(step, _)| step)
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

fn same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's appendix B.
    fn rfc() -> Secret {
        Secret(b"12345678901234567890".to_vec())
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
            assert_eq!(rfc().code(at / PERIOD), code);
        }
    }

    #[test]
    fn a_secret_is_the_same_after_it_was_written_down() {
        assert_eq!(rfc().in_letters(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let secret = Secret::new();
        assert_eq!(Secret::parse(&secret.in_groups().to_lowercase()).0, secret.0);
        assert_eq!(secret.in_letters().len(), 32);
    }

    #[test]
    fn a_code_is_good_for_one_step_either_way_and_only_once() {
        let (secret, now) = (rfc(), 1_111_111_111);
        let step = now / PERIOD;
        for near in [step - 1, step, step + 1] {
            assert_eq!(secret.step_of(&secret.code(near), now, 0), Some(near));
        }
        for far in [step - 2, step + 2] {
            assert_eq!(secret.step_of(&secret.code(far), now, 0), None);
        }
        assert_eq!(secret.step_of(&secret.code(step), now, step), None, "used");
        assert_eq!(secret.step_of(&secret.code(step - 1), now, step), None, "older than one that was used");
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
