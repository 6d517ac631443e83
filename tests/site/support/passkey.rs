//! A device with a passkey, made of nothing but a key, and what a browser sends of it.

use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use sha2::{Digest, Sha256};

use super::{Answer, PASSWORD, Site, Visitor};

pub const NEW: &str = "/staff/account/passkeys/new";
pub const ADD: &str = "/staff/account/passkeys";
pub const SIGN_IN: &str = "/staff/sign-in/passkey";

fn letters(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A device that holds one key, as far as a site can tell.
pub struct Device {
    pub pair: EcdsaKeyPair,
    pub id: Vec<u8>,
    pub handle: String,
    pub count: u32,
    pub flags: u8,
    pub origin: &'static str,
    pub site: &'static str,
}

impl Device {
    pub fn new(id: &[u8]) -> Device {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.as_ref(), &random).unwrap();
        let (origin, site) = ("http://localhost", "localhost");
        Device { pair, id: id.to_vec(), handle: String::new(), count: 1, flags: 0x05, origin, site }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{}","crossOrigin":false}}"#,
            self.origin
        )
    }

    fn data(&self, flags: u8, rest: &[u8]) -> Vec<u8> {
        [Sha256::digest(self.site).as_slice(), &[flags], &self.count.to_be_bytes(), rest].concat()
    }

    /// What is sent of a key that was just made.
    pub fn made(&self, challenge: &str) -> Vec<(&'static str, String)> {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let key = [&b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..], x, b"\x22\x58\x20", y].concat();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let rest = [&[0; 16][..], &length, &self.id, &key].concat();
        vec![
            ("client_data", letters(self.client_data("webauthn.create", challenge).as_bytes())),
            ("authenticator_data", letters(&self.data(self.flags | 0x40, &rest))),
        ]
    }

    /// What is sent of a key that was used.
    pub fn used(&self, challenge: &str) -> Vec<(&'static str, String)> {
        let said = self.client_data("webauthn.get", challenge);
        let data = self.data(self.flags, &[]);
        let signed = [&data[..], Sha256::digest(&said).as_slice()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        vec![
            ("credential", letters(&self.id)),
            ("handle", self.handle.clone()),
            ("client_data", letters(said.as_bytes())),
            ("authenticator_data", letters(&data)),
            ("signature", letters(signature.as_ref())),
        ]
    }
}

pub async fn send(visitor: &mut Visitor<'_>, path: &str, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post(path, &fields).await
}

/// Goes as far as the page on which a browser makes a key; gives its challenge, and tells the device whose it will be.
pub async fn begin(visitor: &mut Visitor<'_>, device: &mut Device, name: &str) -> String {
    let page = visitor.post(NEW, &[("name", name), ("present", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.words());
    device.handle = page.attribute("form[data-passkey]", "data-user")[0].clone();
    page.attribute("form[data-passkey]", "data-challenge")[0].clone()
}

pub async fn register(visitor: &mut Visitor<'_>, device: &mut Device, name: &str) {
    let challenge = begin(visitor, device, name).await;
    let added = send(visitor, ADD, &device.made(&challenge)).await;
    assert_eq!(added.location(), "/staff/account", "{}", added.words());
}

pub async fn challenge(visitor: &mut Visitor<'_>, path: &str) -> String {
    let asked = visitor.post(&format!("{path}/challenge"), &[]).await;
    assert_eq!((asked.status, asked.header("content-type")), (StatusCode::OK, "application/json"));
    let question: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(question["rpId"], "localhost");
    question["challenge"].as_str().unwrap().to_owned()
}

/// Signs in with a device as it is, in a browser of its own.
pub async fn sign_in(site: &Site, device: &Device) -> Answer {
    let mut visitor = site.visitor();
    let challenge = challenge(&mut visitor, SIGN_IN).await;
    send(&mut visitor, SIGN_IN, &device.used(&challenge)).await
}

pub async fn assert_refused(site: &Site, device: &Device, why: &str) {
    let refused = sign_in(site, device).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}: {}", refused.words());
    assert_eq!(refused.attribute(".problems a", "href"), ["#passkey"], "{why}");
    assert!(refused.header("set-cookie").is_empty(), "{why}");
}
