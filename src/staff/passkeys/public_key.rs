//! The public keys of passkeys, in the three kinds that devices make.
//!
//! ES256 is what nearly every device has, RS256 what the chip of an office computer may have, EdDSA what some keys on a ring
//! have. A device encodes its key in one way only (COSE in canonical CBOR, as CTAP2 asks), so the kind is known by the first
//! bytes, and nothing else of CBOR has to be read.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// Kind, algorithm and curve, and the head of what follows.
const ES256: &[u8] = &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
const ES256_BETWEEN: &[u8] = &[0x22, 0x58, 0x20];
const EDDSA: &[u8] = &[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
const RS256: &[u8] = &[0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59];
const RS256_BETWEEN: &[u8] = &[0x21, 0x43];
const HALF: usize = 32;
const EXPONENT: usize = 3;

/// A public key at the start of some bytes.
pub enum PublicKey<'a> {
    /// A point of P-256.
    Es256(&'a [u8], &'a [u8]),
    EdDsa(&'a [u8]),
    /// Modulus and exponent.
    Rs256(&'a [u8], &'a [u8]),
}

impl<'a> PublicKey<'a> {
    /// Nothing for a key of another kind, or one that is cut off.
    pub fn read(bytes: &'a [u8]) -> Option<PublicKey<'a>> {
        if let Some(rest) = bytes.strip_prefix(EDDSA) {
            return Some(PublicKey::EdDsa(rest.get(..HALF)?));
        }
        if let Some(rest) = bytes.strip_prefix(RS256) {
            let (length, rest) = rest.split_at_checked(2)?;
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            let (modulus, rest) = rest.split_at_checked(length)?;
            return Some(PublicKey::Rs256(modulus, rest.strip_prefix(RS256_BETWEEN)?.get(..EXPONENT)?));
        }
        let (x, rest) = bytes.strip_prefix(ES256)?.split_at_checked(HALF)?;
        let y = rest.strip_prefix(ES256_BETWEEN)?.get(..HALF)?;
        Some(PublicKey::Es256(x, y))
    }

    /// How many bytes it takes.
    pub fn length(&self) -> usize {
        match self {
            PublicKey::Es256(..) => ES256.len() + HALF + ES256_BETWEEN.len() + HALF,
            PublicKey::EdDsa(_) => EDDSA.len() + HALF,
            PublicKey::Rs256(modulus, _) => RS256.len() + 2 + modulus.len() + RS256_BETWEEN.len() + EXPONENT,
        }
    }

    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        match self {
            PublicKey::Es256(x, y) => {
                // As a point is written without compression.
                let point = [&[4][..], *x, *y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(text, signature)
            }
            PublicKey::EdDsa(key) => UnparsedPublicKey::new(&ED25519, *key).verify(text, signature),
            PublicKey::Rs256(n, e) => {
                RsaPublicKeyComponents { n: *n, e: *e }.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
            }
        }
        .is_ok()
    }
}
