//! Inputs that the fuzz targets found to matter, one file each in fuzz/inputs: each is answered, and none ends the program.

use std::fs;
use std::path::Path;

use mybackpain::signs::SignsReader;

use crate::support::Site;

#[path = "../../fuzz/src/targets.rs"]
mod targets;

/// The inputs of a target, in the order of their names.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new("fuzz/inputs").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn what_the_fuzz_targets_found_ends_no_reader() {
    let folder = tempfile::tempdir().unwrap();
    let signs = SignsReader::load(Path::new("content")).unwrap();
    inputs("front_matter")
        .iter()
        .for_each(|input| targets::front_matter(&folder.path().join("page.md"), input));
    inputs("markdown").iter().for_each(|input| targets::markdown(input));
    inputs("signs").iter().for_each(|input| targets::signs(&signs, input));
    inputs("addresses").iter().for_each(|input| targets::addresses(input));
    inputs("delivery_reports").iter().for_each(|input| targets::delivery_report(input));
}

#[tokio::test]
async fn what_the_fuzz_targets_found_is_answered() {
    let site = Site::open().await;
    let requests = inputs("forms").into_iter().filter_map(|input| targets::form(&input));
    let requests = requests.chain(inputs("search").into_iter().filter_map(|input| targets::search(&input)));
    for request in requests.chain(inputs("cookies").into_iter().filter_map(|input| targets::cookie(&input))) {
        let asked = format!("{} {}", request.method(), request.uri());
        let status = site.send(request).await.status;
        assert!(!status.is_server_error(), "{asked}: {status}");
    }
}

/// A target that is built and never replayed would hold nothing.
#[test]
fn every_fuzz_target_has_inputs_that_are_tried_here() {
    let words = include_str!("fuzz_inputs.rs");
    for target in fs::read_dir("fuzz/fuzz_targets").unwrap().map(|file| file.unwrap().path()) {
        let name = target.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(words.contains(&format!("inputs(\"{name}\")")), "{name}");
    }
}
