//! What a browser and a device say of a passkey, checked as WebAuthn (Level 3, sections 7.1 and 7.2) asks.
//!
//! Without attestation, which would name the make of a device. This little is written here because the crates that do it
//! bring OpenSSL, or RSA with an open advisory, and a second copy of half the cryptography that the program has from `ring`
//! already.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::staff::passkeys::public_key::PublicKey;
use crate::staff::passkeys::relying_party::RelyingParty;

/// Why a passkey was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyRefusal {
    /// It is not in the form that browsers send.
    Malformed,
    /// Made for another act, or on a page of another site.
    WrongPage,
    WrongSite,
    /// The device did not see that its owner was there and who they were.
    NotVerified,
    UnknownKind,
    WrongSignature,
    /// Its counter is behind: there may be a copy of the device.
    CounterWentBack,
}

/// What a page was asked to do with a passkey, as WebAuthn calls it.
#[derive(Clone, Copy)]
pub enum Ceremony {
    Create,
    SignIn,
}

#[derive(Deserialize)]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// What the device signed of itself.
struct AuthenticatorData<'a> {
    site: &'a [u8],
    flags: u8,
    count: u32,
    /// The rest: of a new passkey its name and key.
    rest: &'a [u8],
}

/// A passkey that was just made.
#[derive(Debug, PartialEq)]
pub struct NewCredential {
    /// In base64url.
    pub id: String,
    /// COSE, in base64url.
    pub public_key: String,
    pub count: u32,
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BE_COPIED: u8 = 0x08;
const IS_COPIED: u8 = 0x10;
const HOLDS_KEY: u8 = 0x40;
const HOLDS_EXTENSIONS: u8 = 0x80;

/// Longer names of a passkey are refused, as WebAuthn says.
const LONGEST_ID: usize = 1023;

/// The challenge that a browser says it answers, to be looked up before anything else is believed.
pub fn challenge(client_data: &[u8]) -> Result<String, PasskeyRefusal> {
    Ok(parse(client_data)?.challenge)
}

/// A new passkey of this site.
pub fn new_credential(
    party: &RelyingParty,
    client_data: &[u8],
    authenticator_data: &[u8],
) -> Result<NewCredential, PasskeyRefusal> {
    check_page(party, client_data, Ceremony::Create)?;
    let data = check_device(party, authenticator_data)?;
    if data.flags & HOLDS_KEY == 0 {
        return Err(PasskeyRefusal::Malformed);
    }
    // The make of the device comes first: 16 bytes that are not looked at.
    let (_, rest) = data.rest.split_at_checked(16).ok_or(PasskeyRefusal::Malformed)?;
    let (length, rest) = rest.split_at_checked(2).ok_or(PasskeyRefusal::Malformed)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let (id, rest) = rest.split_at_checked(length).ok_or(PasskeyRefusal::Malformed)?;
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(PasskeyRefusal::Malformed);
    }
    let key = &rest[..PublicKey::read(rest).ok_or(PasskeyRefusal::UnknownKind)?.length()];
    if rest.len() > key.len() && data.flags & HOLDS_EXTENSIONS == 0 {
        return Err(PasskeyRefusal::Malformed);
    }
    Ok(NewCredential {
        id: BASE64_URL_SAFE_NO_PAD.encode(id),
        public_key: BASE64_URL_SAFE_NO_PAD.encode(key),
        count: data.count,
    })
}

/// A passkey of this site, used now. Gives its counter.
pub fn assertion(
    party: &RelyingParty,
    public_key: &[u8],
    count_before: i64,
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
) -> Result<u32, PasskeyRefusal> {
    check_page(party, client_data, Ceremony::SignIn)?;
    let data = check_device(party, authenticator_data)?;
    let signed = [authenticator_data, Sha256::digest(client_data).as_slice()].concat();
    let key = PublicKey::read(public_key).ok_or(PasskeyRefusal::UnknownKind)?;
    if !key.has_signed(&signed, signature) {
        return Err(PasskeyRefusal::WrongSignature);
    }
    // Devices that keep no count say 0 each time.
    let counts = data.count != 0 || count_before != 0;
    if counts && i64::from(data.count) <= count_before {
        return Err(PasskeyRefusal::CounterWentBack);
    }
    Ok(data.count)
}

fn parse(client_data: &[u8]) -> Result<ClientData, PasskeyRefusal> {
    serde_json::from_slice(client_data).map_err(|_| PasskeyRefusal::Malformed)
}

fn check_page(party: &RelyingParty, client_data: &[u8], ceremony: Ceremony) -> Result<(), PasskeyRefusal> {
    let said = parse(client_data)?;
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::SignIn => "webauthn.get",
    };
    let is_ours = said.r#type == kind && said.origin == party.origin && !said.cross_origin;
    if is_ours { Ok(()) } else { Err(PasskeyRefusal::WrongPage) }
}

fn check_device<'a>(party: &RelyingParty, bytes: &'a [u8]) -> Result<AuthenticatorData<'a>, PasskeyRefusal> {
    let (site, rest) = bytes.split_at_checked(32).ok_or(PasskeyRefusal::Malformed)?;
    let (head, rest) = rest.split_at_checked(5).ok_or(PasskeyRefusal::Malformed)?;
    let count = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let data = AuthenticatorData { site, flags: head[0], count, rest };
    if data.site != Sha256::digest(party.id.as_bytes()).as_slice() {
        return Err(PasskeyRefusal::WrongSite);
    }
    if data.flags & PRESENT == 0 || data.flags & VERIFIED == 0 {
        return Err(PasskeyRefusal::NotVerified);
    }
    let is_copied_and_may_not_be = data.flags & IS_COPIED != 0 && data.flags & MAY_BE_COPIED == 0;
    if is_copied_and_may_not_be { Err(PasskeyRefusal::Malformed) } else { Ok(data) }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    const RS256_KEY: &str = "pAEDAzkBACBZAQCmXh_LJ5QzP2X-Vko4ZiPzajQDXEX1MuO7qzyN1mKvAuPvUZIoOgDbbYx4PU6PTpx4XdxORUZFoZ\
        i0n3l4V9F2nDHt7jK4Jx88pvKM3SiHsUdNkY974Lg2wwkgHzie3kWDJfMIDIdize4yIYz50gFbrpd0Gt8h7Z3UVgLU\
        _rddA6YXH0fLxbyAeOAbjpTp7i9m7w1fAdV8XP_rAFNBqvu3Vv7qqqCmkGtm3aKL4gHYe01bhmg4OSjJyz9WO3z_Ex\
        BBTju4LJXzF3gaF41L2Bar1CNGut1N5a-id4mDlA8kmfv2xjxGtvJe0nPWh_pbPl2r9tVgQTAa-H4XGrrML5kvIUMB\
        AAE";
    const RS256_SIGNATURE: &str = "JAoO0EQwxYc0Alqh_IbOPiCCz2mUzLWA0-bMTqrWU4KAMXdH7ICw88NYi1Lf7PnEuFYhGAmF13RtpuWjDuEcf4_z2l\
        cLU_oFT2mNfxwxuhRMu5IFaBRsDpApH7JG7L_YGX-U8UPs6aC720YW6OaBie9pSLnUvFdDK1z2zqMXPs9iUe-Qozut\
        o9t6R4zpmt1HYsNT3Nzw4baXXXSqxiEuLXk7cr7ssK402q6DhMD8Ct0u6SIgZDzcWrdcRrmCdYT4i67le4NbqkjumF\
        msj96OuLvZio0k8AShNzu1tW2rCRNDIoFiJDhwQByHUrsC94Cwn0vYRNwp-MdcmfiGQYxrRA";

    fn party() -> RelyingParty {
        RelyingParty::of("https://desk.example.org").unwrap()
    }

    fn client_data(kind: &str) -> Vec<u8> {
        format!(r#"{{"type":"{kind}","challenge":"AAAA","origin":"https://desk.example.org","crossOrigin":false,"other":{{}}}}"#)
            .into_bytes()
    }

    fn device(flags: u8, count: u32, rest: &[u8]) -> Vec<u8> {
        [Sha256::digest(b"desk.example.org").as_slice(), &[flags], &count.to_be_bytes(), rest].concat()
    }

    fn eddsa() -> (Ed25519KeyPair, Vec<u8>) {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
        let key = [&b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"[..], pair.public_key().as_ref()].concat();
        (pair, key)
    }

    #[test]
    fn a_key_of_the_other_kind_is_made_and_used_too() {
        let (pair, key) = eddsa();
        let made = [&[0; 16][..], &[0, 3], b"abc", &key].concat();
        let made = device(PRESENT | VERIFIED | HOLDS_KEY, 0, &made);
        let new = new_credential(&party(), &client_data("webauthn.create"), &made).unwrap();
        assert_eq!((new.id.as_str(), new.count), ("YWJj", 0));
        let (said, used) = (client_data("webauthn.get"), device(PRESENT | VERIFIED, 0, &[]));
        let signature = pair.sign(&[&used[..], Sha256::digest(&said).as_slice()].concat());
        let accepted = assertion(&party(), &key, 0, &said, &used, signature.as_ref());
        assert_eq!(accepted, Ok(0), "a device that keeps no count");
        let (_, other) = eddsa();
        let refused = assertion(&party(), &other, 0, &said, &used, signature.as_ref());
        assert_eq!(refused, Err(PasskeyRefusal::WrongSignature));
    }

    #[test]
    fn a_key_in_the_chip_of_an_office_computer_is_used_too() {
        // Made by OpenSSL, for this very text.
        let key = BASE64_URL_SAFE_NO_PAD.decode(RS256_KEY).unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(RS256_SIGNATURE).unwrap();
        let (said, used) = (client_data("webauthn.get"), device(PRESENT | VERIFIED, 0, &[]));
        assert_eq!(assertion(&party(), &key, 0, &said, &used, &signature), Ok(0));
        let other = device(PRESENT | VERIFIED, 1, &[]);
        let refused = assertion(&party(), &key, 0, &said, &other, &signature);
        assert_eq!(refused, Err(PasskeyRefusal::WrongSignature));
        let made = [&[0; 16][..], &[0, 3], b"abc", &key].concat();
        let made = device(PRESENT | VERIFIED | HOLDS_KEY, 0, &made);
        let new = new_credential(&party(), &client_data("webauthn.create"), &made).unwrap();
        assert_eq!(new.public_key, RS256_KEY);
    }

    #[test]
    fn what_is_cut_off_longer_or_of_another_kind_is_refused_and_never_a_panic() {
        let (_, key) = eddsa();
        let said = client_data("webauthn.create");
        let flags = PRESENT | VERIFIED | HOLDS_KEY;
        let of = |flags: u8, rest: &[u8]| new_credential(&party(), &said, &device(flags, 1, rest));
        let whole = [&[0; 16][..], &[0, 3], b"abc", &key].concat();
        assert!(of(flags, &whole).is_ok());
        for length in 0..whole.len() {
            assert!(of(flags, &whole[..length]).is_err(), "{length}");
        }
        assert_eq!(of(flags, &[&whole[..], &[0]].concat()), Err(PasskeyRefusal::Malformed));
        assert!(of(flags | HOLDS_EXTENSIONS, &[&whole[..], &[0xa0]].concat()).is_ok());
        assert_eq!(of(flags & !HOLDS_KEY, &whole), Err(PasskeyRefusal::Malformed));
        assert_eq!(of(flags | IS_COPIED, &whole), Err(PasskeyRefusal::Malformed));
        for missing in [PRESENT, VERIFIED] {
            assert_eq!(of(flags & !missing, &whole), Err(PasskeyRefusal::NotVerified));
        }
        let long = [&[0; 16][..], &1024_u16.to_be_bytes(), &[7; 1024], &key].concat();
        assert_eq!(of(flags, &long), Err(PasskeyRefusal::Malformed));
        let mut odd = whole.clone();
        odd[21 + 4] = 0x26;
        assert_eq!(of(flags, &odd), Err(PasskeyRefusal::UnknownKind));
        for not_ours in ["", "{}", "[]", "null", r#"{"type":1}"#, "\u{0}"] {
            assert_eq!(challenge(not_ours.as_bytes()), Err(PasskeyRefusal::Malformed), "{not_ours}");
        }
        let framed = br#"{"type":"webauthn.create","challenge":"A","origin":"https://desk.example.org","crossOrigin":true}"#;
        let made = device(flags, 1, &whole);
        assert_eq!(new_credential(&party(), framed, &made), Err(PasskeyRefusal::WrongPage));
    }
}
