//! The signatures in memory, for pages and mails that name who signed them.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::library::sheet::Sheet;
use crate::library::signatures::sign_off::SignOff;
use crate::library::signatures::signature::Signature;

#[derive(Default)]
pub struct Signatures {
    /// By slug, the newest first.
    by_page: RwLock<HashMap<String, Vec<Signature>>>,
    version: AtomicU64,
}

impl Signatures {
    pub fn of(&self, sheet: &Sheet) -> SignOff {
        let by_page = self.by_page.read().unwrap_or_else(PoisonError::into_inner);
        SignOff::of(by_page.get(&sheet.slug).map_or(&[], Vec::as_slice), &sheet.text_hash)
    }

    /// Every signature of a page, of these words or of others.
    pub fn all_of(&self, slug: &str) -> Vec<Signature> {
        let by_page = self.by_page.read().unwrap_or_else(PoisonError::into_inner);
        by_page.get(slug).cloned().unwrap_or_default()
    }

    /// Another number after each change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Takes all that are stored, the newest first, and names the pages whose signatures changed.
    pub fn replace(&self, stored: Vec<Signature>) -> BTreeSet<String> {
        let mut by_page: HashMap<String, Vec<Signature>> = HashMap::new();
        for signature in stored {
            by_page.entry(signature.slug.clone()).or_default().push(signature);
        }
        let mut kept = self.by_page.write().unwrap_or_else(PoisonError::into_inner);
        let slugs = kept.keys().chain(by_page.keys());
        let changed = slugs.filter(|slug| kept.get(*slug) != by_page.get(*slug)).cloned();
        let changed: BTreeSet<String> = changed.collect();
        if !changed.is_empty() {
            *kept = by_page;
            self.version.fetch_add(1, Ordering::Release);
        }
        changed
    }
}
