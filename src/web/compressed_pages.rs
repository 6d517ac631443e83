//! Keeps the pages that took long to compress in one file of the data folder, so that the next start has them at once.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use sha2::{Digest, Sha256};

use crate::storage::atomic_file;
use crate::web::page::StaticPage;

/// Of the digest at the beginning of the file, in bytes.
const DIGEST: usize = 32;

pub struct CompressedPages {
    file: PathBuf,
}

impl CompressedPages {
    pub fn in_folder(data: &Path) -> CompressedPages {
        CompressedPages { file: data.join("compressed-pages") }
    }

    /// Gives each page what was compressed of the very same bytes before. A file that is missing or damaged gives
    /// nothing: it is made anew.
    pub fn give(&self, pages: &[&StaticPage]) {
        let kept = fs::read(&self.file).ok().and_then(|file| entries(file.into())).unwrap_or_default();
        for page in pages {
            if let Some(brotli) = kept.get(page.hash()) {
                page.take_brotli(brotli.clone());
            }
        }
    }

    /// Compresses what is not yet, and keeps these pages and no others. Nothing is kept when the program is to stop before
    /// the last one is done: it does not wait for them.
    pub fn fill(&self, pages: &[&StaticPage], stop: &AtomicBool) -> anyhow::Result<()> {
        let mut is_new = false;
        for page in pages {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            is_new |= page.compress();
        }
        if !is_new && self.file.exists() {
            return Ok(());
        }
        let mut file = vec![0; DIGEST];
        for page in pages {
            let brotli = page.brotli();
            for part in [page.hash().as_bytes(), brotli] {
                file.extend(u32::try_from(part.len())?.to_le_bytes());
                file.extend(part);
            }
        }
        let digest = Sha256::digest(&file[DIGEST..]);
        file[..DIGEST].copy_from_slice(&digest);
        atomic_file::write(&self.file, file.as_slice())
    }
}

/// The compressed pages in a file, by the hashes of their content.
fn entries(file: Bytes) -> Option<HashMap<String, Bytes>> {
    let (digest, parts) = file.split_at_checked(DIGEST)?;
    if *Sha256::digest(parts) != *digest {
        return None;
    }
    let mut rest = file.slice(DIGEST..);
    let mut part = || {
        let length = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let part = (4 + length <= rest.len()).then(|| rest.slice(4..4 + length))?;
        rest = rest.slice(4 + length..);
        Some(part)
    };
    let mut kept = HashMap::new();
    while let Some(hash) = part() {
        kept.insert(String::from_utf8(hash.to_vec()).ok()?, part()?);
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::page::{HTML, PUBLIC};

    static GO_ON: AtomicBool = AtomicBool::new(false);

    fn page(words: &str) -> StaticPage {
        StaticPage::new(HTML, PUBLIC, words.repeat(50).into_bytes())
    }

    #[test]
    fn a_page_is_compressed_once_for_all_starts_and_a_changed_one_anew() {
        let folder = tempfile::tempdir().unwrap();
        let kept = CompressedPages::in_folder(folder.path());
        let (sleep, night) = (page("sleep"), page("night"));
        kept.give(&[&sleep]);
        assert!(!sleep.is_compressed(), "there is no file yet");
        kept.fill(&[&sleep, &night], &AtomicBool::new(true)).unwrap();
        assert!(!sleep.is_compressed() && !kept.file.exists(), "the program stops");
        kept.fill(&[&sleep, &night], &GO_ON).unwrap();
        let [again, changed] = [page("sleep"), page("other")];
        kept.give(&[&again, &changed]);
        assert!(again.is_compressed() && !changed.is_compressed());
        assert_eq!(again.brotli(), sleep.brotli());
        kept.fill(&[&again, &changed], &GO_ON).unwrap();
        let [gone, third] = [page("night"), page("other")];
        kept.give(&[&gone, &third]);
        assert!(!gone.is_compressed(), "what is shown no more is not kept");
        assert!(third.is_compressed());
    }

    #[test]
    fn a_damaged_file_gives_nothing_and_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let kept = CompressedPages::in_folder(folder.path());
        kept.fill(&[&page("sleep")], &GO_ON).unwrap();
        let whole = fs::read(&kept.file).unwrap();
        for damage in [vec![], whole[..40].to_vec(), [&whole[..60], b"x", &whole[61..]].concat()] {
            fs::write(&kept.file, &damage).unwrap();
            let again = page("sleep");
            kept.give(&[&again]);
            assert!(!again.is_compressed(), "{} bytes", damage.len());
        }
        kept.fill(&[&page("sleep")], &GO_ON).unwrap();
        assert_eq!(fs::read(&kept.file).unwrap(), whole);
    }
}
