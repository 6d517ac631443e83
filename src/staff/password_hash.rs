//! Hashes of passwords, in memory that is kept from one to the next.
//!
//! A hash takes 19 MiB. Asked for and given back each time, it stays with the allocator in pieces: some hundred MB after a
//! few hundred wrong passwords, on whichever threads they were hashed.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, anyhow};
use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version};

use crate::storage::encryption::random;

/// OWASP's second choice of parameters: 19 MiB, 2 passes, 1 lane.
const KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// As many as were ever in use at once.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// The hash as it is stored, with its salt and parameters.
pub fn make(password: &str) -> anyhow::Result<String> {
    let params = Params::new(KIB, PASSES, LANES, None).map_err(|error| anyhow!("{error}"))?;
    let salt = Salt::new(&random::<16>())?;
    let written = ParamsString::try_from(&params)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    derive(&hasher, password, &salt, &mut output)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: written,
        salt: Some(salt),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// True when the stored hash is of this password.
pub fn is_of(stored: &str, password: &str) -> anyhow::Result<bool> {
    let damaged = "a stored password hash is damaged";
    let stored = PasswordHash::new(stored).context(damaged)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Err(anyhow!(damaged)) };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).context(damaged)?;
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from);
    let params = Params::try_from(&stored).context(damaged)?;
    let hasher = Argon2::new(algorithm, version.map_err(|error| anyhow!("{damaged}: {error}"))?, params);
    let mut output = [0; Output::MAX_LENGTH];
    let output = &mut output[..expected.len()];
    derive(&hasher, password, salt, output)?;
    // Compared in the same time whatever it is.
    Ok(Output::new(output)? == *expected)
}

fn derive(hasher: &Argon2<'_>, password: &str, salt: &[u8], output: &mut [u8]) -> anyhow::Result<()> {
    let kept = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut memory = kept.unwrap_or_default();
    memory.resize(hasher.params().block_count(), Block::new());
    let derived = hasher.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory[..]);
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    derived.map_err(|error| anyhow!("hashing failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_that_were_stored_before_still_open_and_what_is_no_hash_is_an_error() {
        // Made by the argon2 crate's own way, as versions of before did.
        use argon2::{PasswordHasher, PasswordVerifier};
        let params = Params::new(KIB, PASSES, LANES, None).unwrap();
        let own = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let before = own.hash_password(b"three odd words").unwrap().to_string();
        assert!(is_of(&before, "three odd words").unwrap());
        assert!(!is_of(&before, "three odd word").unwrap());
        let now = make("three odd words").unwrap();
        let parsed = PasswordHash::new(&now).unwrap();
        assert!(own.verify_password(b"three odd words", &parsed).is_ok());
        assert_eq!(now.split('$').nth(3), before.split('$').nth(3), "the parameters are the same");
        for damaged in
            ["", "x", "$argon2id$v=19$m=19456,t=2,p=1", "$argon2x$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA"]
        {
            assert!(is_of(damaged, "three odd words").is_err(), "{damaged}");
        }
    }
}
