//! Encrypts personal fields before they are stored, so that a stolen database or backup says nothing.
//!
//! XChaCha20-Poly1305 with the field's place (table, reference, column) as associated data: a value that is moved
//! to another row or column does not open. The keys are in a file of their own, outside the database and its backups.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::storage::atomic_file;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// An encrypted value begins with the first bytes of the hash of its key, so that older keys still open what they encrypted.
const KEY_ID_BYTES: usize = 4;

/// Where an encrypted value stands.
#[derive(Clone, Copy)]
pub struct FieldId<'a> {
    pub table: &'static str,
    pub reference: &'a str,
    pub column: &'static str,
}

struct Key {
    id: [u8; KEY_ID_BYTES],
    cipher: XChaCha20Poly1305,
    bytes: [u8; KEY_BYTES],
}

/// A value that does not open: it is damaged, was moved, or its key is gone.
#[derive(Debug)]
pub struct Undecryptable {
    table: &'static str,
    column: &'static str,
}

/// The keys, newest first: the first encrypts, all open, and the last makes the keyed hashes.
pub struct Cipher {
    keys: Vec<Key>,
    /// Where they were read from.
    file: PathBuf,
}

/// The key file, compared with the keys that were read from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyFile {
    AsRead,
    Missing,
    /// It holds other keys, or none.
    Other,
}

/// The encryption keys. The name is from before "sealing" was called encryption, and stays: administrators keep copies of
/// this file under it, and a restored copy must be found.
pub fn key_file(folder: &Path) -> PathBuf {
    folder.join("sealing.key")
}

impl Cipher {
    /// Reads the keys. Makes a first one only when `may_create`: data encrypted with a lost key cannot be read again.
    pub fn open(file: &Path, may_create: bool) -> anyhow::Result<Cipher> {
        if !file.exists() {
            ensure!(
                may_create,
                "the database holds encrypted data but its key file {} is missing; put the key file back from its own backup",
                file.display()
            );
            write_keys(file, &[random_key()])?;
        }
        let keys = read_keys(file)?;
        if keys.is_empty() {
            bail!("{} holds no key; put the key file back from its backup", file.display());
        }
        Ok(Cipher { keys, file: file.to_owned() })
    }

    /// Looks whether the next start would find these keys.
    pub fn look_at_file(&self) -> KeyFile {
        let bytes = |keys: &[Key]| keys.iter().map(|key| key.bytes).collect::<Vec<_>>();
        match read_keys(&self.file) {
            Ok(keys) if bytes(&keys) == bytes(&self.keys) => KeyFile::AsRead,
            _ if !self.file.exists() => KeyFile::Missing,
            _ => KeyFile::Other,
        }
    }

    pub fn encrypt(&self, place: FieldId<'_>, plain: &str) -> Vec<u8> {
        self.encrypt_bytes(place, plain.as_bytes())
    }

    pub fn encrypt_bytes(&self, place: FieldId<'_>, plain: &[u8]) -> Vec<u8> {
        let key = &self.keys[0];
        let nonce: [u8; NONCE_BYTES] = random();
        let aad = place.associated_data();
        let encrypted = key
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
            .expect("encryption fails only beyond 256 GB");
        [&key.id[..], &nonce[..], &encrypted[..]].concat()
    }

    /// Opens what was encrypted at this place. An error means the value is damaged, was moved, or its key is gone.
    pub fn decrypt(&self, place: FieldId<'_>, encrypted: &[u8]) -> sqlx::Result<String> {
        String::from_utf8(self.decrypt_bytes(place, encrypted)?).map_err(|_| unreadable(place))
    }

    pub fn decrypt_bytes(&self, place: FieldId<'_>, encrypted: &[u8]) -> sqlx::Result<Vec<u8>> {
        let (id, rest) = encrypted.split_at_checked(KEY_ID_BYTES).ok_or_else(|| unreadable(place))?;
        let (nonce, body) = rest.split_at_checked(NONCE_BYTES).ok_or_else(|| unreadable(place))?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().expect("the length was split");
        let aad = place.associated_data();
        self.keys
            .iter()
            .filter(|key| key.id == id)
            .find_map(|key| key.cipher.decrypt(&XNonce::from(nonce), Payload { msg: body, aad: &aad }).ok())
            .ok_or_else(|| unreadable(place))
    }

    /// True when the value was encrypted with the newest key.
    pub fn is_current(&self, encrypted: &[u8]) -> bool {
        encrypted.starts_with(&self.keys[0].id)
    }

    /// Whether one of the keys encrypted the value, damaged or not; nothing when it is too short to have been encrypted.
    pub fn has_key_of(&self, encrypted: &[u8]) -> Option<bool> {
        (encrypted.len() > KEY_ID_BYTES + NONCE_BYTES)
            .then(|| self.keys.iter().any(|key| encrypted.starts_with(&key.id)))
    }

    /// A keyed hash by which two equal texts are known without keeping either. `purpose` keeps hashes of different
    /// uses apart. Made with the oldest key, so that hashes stay the same when a key is added.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> String {
        hex(&self.mac(purpose, text).finalize().into_bytes())
    }

    /// True when `start` is the keyed hash of the text or how it begins; the caller says how much of it is enough. Takes the
    /// same time for every one.
    pub fn is_keyed_hash(&self, purpose: &str, text: &str, start: &str) -> bool {
        let bytes = (0..start.len() / 2)
            .map(|at| start.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect::<Option<Vec<u8>>>()
            .filter(|bytes| start.len() == bytes.len() * 2);
        bytes.is_some_and(|bytes| self.mac(purpose, text).verify_truncated_left(&bytes).is_ok())
    }

    fn mac(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let key = self.keys.last().expect("a cipher has a key");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.bytes).expect("any key length is taken");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac
    }
}

/// Encrypts and decrypts the fields of one row.
pub struct RowCipher<'a> {
    cipher: &'a Cipher,
    table: &'static str,
    reference: &'a str,
}

impl Cipher {
    /// For the fields of the row that `reference` names in a table.
    pub fn row<'a>(&'a self, table: &'static str, reference: &'a str) -> RowCipher<'a> {
        RowCipher { cipher: self, table, reference }
    }
}

impl<'a> RowCipher<'a> {
    pub fn encrypt(&self, column: &'static str, text: &str) -> Vec<u8> {
        self.cipher.encrypt(self.field(column), text)
    }

    /// A field that was erased is empty.
    pub fn decrypt(&self, column: &'static str, stored: &Option<Vec<u8>>) -> sqlx::Result<String> {
        stored.as_ref().map_or(Ok(String::new()), |stored| self.cipher.decrypt(self.field(column), stored))
    }

    fn field(&self, column: &'static str) -> FieldId<'a> {
        FieldId { table: self.table, reference: self.reference, column }
    }
}

/// Tables that had another name when their first fields were encrypted. The associated data keeps that name: with
/// another, what is stored could not be decrypted.
const FIRST_NAMES: [(&str, &str); 2] = [("corrections", "mistakes"), ("expired_forms", "staff_unsent")];

impl FieldId<'_> {
    fn associated_data(&self) -> Vec<u8> {
        let renamed = FIRST_NAMES.iter().find(|(now, _)| *now == self.table);
        let table = renamed.map_or(self.table, |(_, first)| first);
        [table, self.reference, self.column].join("\0").into_bytes()
    }
}

/// Puts a new key in front; the older ones stay to open what they encrypted. Whoever may read the file still may.
pub fn add_key(file: &Path) -> anyhow::Result<()> {
    let older = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let before = fs::metadata(file)?;
    let mut keys = vec![random_key()];
    keys.extend(older.lines().map(str::to_owned));
    write_keys(file, &keys)?;
    let after = fs::metadata(file)?;
    if (before.uid(), before.gid()) != (after.uid(), after.gid()) {
        chown(file, Some(before.uid()), Some(before.gid()))?;
    }
    Ok(fs::set_permissions(file, before.permissions())?)
}

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A secret to put in an address: 160 random bits in letters and digits.
pub fn random_token() -> String {
    hex(&random::<20>())
}

/// What is stored of a token. A stolen table opens nothing.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(place: FieldId<'_>) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(Undecryptable { table: place.table, column: place.column }))
}

/// True when what is stored is there, and does not open or is not what its column holds.
pub fn is_undecryptable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. })
}

impl std::fmt::Display for Undecryptable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an encrypted value of {}.{} does not open", self.table, self.column)
    }
}

impl std::error::Error for Undecryptable {}

fn random_key() -> String {
    BASE64_STANDARD.encode(random::<KEY_BYTES>())
}

fn read_keys(file: &Path) -> anyhow::Result<Vec<Key>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let keys: anyhow::Result<Vec<Key>> = lines.map(parse_key).collect();
    keys.with_context(|| format!("{} does not hold encryption keys", file.display()))
}

fn parse_key(line: &str) -> anyhow::Result<Key> {
    let bytes: [u8; KEY_BYTES] = BASE64_STANDARD
        .decode(line.trim())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .context("a line is not a key of 32 bytes in base64")?;
    let id = Sha256::digest(bytes)[..KEY_ID_BYTES].try_into().expect("a digest is longer");
    Ok(Key { id, cipher: XChaCha20Poly1305::new(&bytes.into()), bytes })
}

fn write_keys(file: &Path, keys: &[String]) -> anyhow::Result<()> {
    atomic_file::write(file, format!("{}\n", keys.join("\n")).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: FieldId<'static> =
        FieldId { table: "consultations", reference: "BP-2345-6789", column: "name" };

    fn cipher() -> (tempfile::TempDir, Cipher) {
        let folder = tempfile::tempdir().unwrap();
        let cipher = Cipher::open(&folder.path().join("keys"), true).unwrap();
        (folder, cipher)
    }

    #[test]
    fn a_sealed_value_opens_at_its_own_place_only() {
        let (_folder, cipher) = cipher();
        let encrypted = cipher.encrypt(NAME, "Zoë O’Neill");
        assert_eq!(cipher.decrypt(NAME, &encrypted).unwrap(), "Zoë O’Neill");
        assert!(cipher.decrypt(FieldId { reference: "BP-9876-5432", ..NAME }, &encrypted).is_err());
        assert!(cipher.decrypt(FieldId { column: "email", ..NAME }, &encrypted).is_err());
    }

    #[test]
    fn a_table_that_was_renamed_still_opens_what_it_held_before() {
        let (_folder, cipher) = cipher();
        for (now, first) in [("corrections", "mistakes"), ("expired_forms", "staff_unsent")] {
            let before = cipher.encrypt(FieldId { table: first, ..NAME }, "Ada");
            assert_eq!(cipher.decrypt(FieldId { table: now, ..NAME }, &before).unwrap(), "Ada", "{now}");
        }
    }

    #[test]
    fn a_damaged_or_cut_value_is_an_error_and_never_a_panic() {
        let (_folder, cipher) = cipher();
        let encrypted = cipher.encrypt(NAME, "Ada");
        for length in 0..encrypted.len() {
            assert!(cipher.decrypt(NAME, &encrypted[..length]).is_err());
        }
        for place in 0..encrypted.len() {
            let mut damaged = encrypted.clone();
            damaged[place] ^= 1;
            assert!(cipher.decrypt(NAME, &damaged).is_err());
        }
    }

    #[test]
    fn an_added_key_seals_anew_and_the_old_one_still_opens() {
        let (folder, old) = cipher();
        let file = folder.path().join("keys");
        let encrypted = old.encrypt(NAME, "Ada");
        add_key(&file).unwrap();
        let new = Cipher::open(&file, false).unwrap();
        assert_eq!(new.decrypt(NAME, &encrypted).unwrap(), "Ada");
        assert!(!new.is_current(&encrypted));
        let again = new.encrypt(NAME, "Ada");
        assert!(new.is_current(&again));
        assert!(old.decrypt(NAME, &again).is_err());
        assert_eq!(old.keyed_hash("address", "a@example.org"), new.keyed_hash("address", "a@example.org"));
    }

    #[test]
    fn a_missing_key_file_is_refused_when_there_is_data() {
        let folder = tempfile::tempdir().unwrap();
        let error = Cipher::open(&folder.path().join("keys"), false).err().unwrap();
        assert!(error.to_string().contains("missing"), "{error}");
    }

    #[test]
    fn the_key_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, _cipher) = cipher();
        let mode = fs::metadata(folder.path().join("keys")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
