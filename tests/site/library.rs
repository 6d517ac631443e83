//! Reading: what every sheet shows, and what a bad content file is told.

use std::fs;
use std::path::{Path, PathBuf};

use mybackpain::library::Library;
use mybackpain::web::site::Site as Around;
use tempfile::TempDir;

use crate::support::Site;

#[tokio::test]
async fn a_sheet_shows_its_parts_in_the_order_that_readers_need_them() {
    let site = Site::open().await;
    let sheet = site.visitor().get("/fact-sheets/sleep-and-back-pain").await;
    let order = [
        "class=\"kicker\"",
        "<h1>",
        "class=\"lede\"",
        "minute read",
        "class=\"strip\"",
        "id=\"key-points\"",
        "class=\"prose\"",
        "id=\"what-you-can-do\"",
        "id=\"when-to-get-help\"",
        "id=\"by-email\"",
        "id=\"book\"",
        "id=\"useful\"",
        "id=\"related\"",
        "id=\"references\"",
        "id=\"about-page\"",
        "class=\"site-foot\"",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|part| sheet.body.find(part).unwrap_or_else(|| panic!("{part} is missing")))
        .collect();
    assert!(places.windows(2).all(|two| two[0] < two[1]), "{places:?}");
    assert!(sheet.words().contains("Written 27 November 2026, not yet reviewed by a clinician"));
}

#[tokio::test]
async fn every_sheet_has_the_standard_parts_and_the_safety_box() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let index = visitor.get("/fact-sheets").await;
    for path in index.attribute(".entries a", "href") {
        let sheet = visitor.get(&path).await;
        for id in ["key-points", "when-to-get-help"] {
            assert_eq!(sheet.attribute(&format!("h2#{id}"), "id").len(), 1, "{path} has no {id}");
        }
        assert!(
            sheet.body.contains("Call 999 or go to A&amp;E now if:")
                || sheet.body.contains("Call 999 or go to A&#38;E now if:"),
            "{path}"
        );
        let cited = sheet.attribute(".cite a", "href");
        let sources = sheet.attribute(".refs li", "id");
        assert!(!sources.is_empty(), "{path}");
        assert!(cited.iter().all(|link| sources.contains(&link[1..].to_owned())), "{path}");
        for source in &sources {
            assert!(cited.contains(&format!("#{source}")), "{path}: {source} is not cited");
        }
    }
}

#[tokio::test]
async fn terms_with_their_meanings_are_description_lists() {
    let site = Site::open().await;
    let sheet = site.visitor().get("/fact-sheets/fear-avoidance").await;
    assert!(sheet.all(".prose dl dt").len() >= 3);
}

#[tokio::test]
async fn a_guide_has_a_list_of_contents_that_leads_to_its_parts() {
    let site = Site::open().await;
    let guide = site.visitor().get("/guides/sleep-and-pain").await;
    let parts = guide.attribute("nav.rail a", "href");
    assert_eq!(guide.attribute(".contents nav a", "href"), parts, "folded on a narrow screen");
    assert!(parts.len() > 12);
    assert!(parts.iter().all(|part| guide.attribute(&format!("h2[id='{}']", &part[1..]), "id").len() == 1));
}

#[tokio::test]
async fn an_answer_to_was_this_useful_is_counted_without_a_person() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    for useful in ["yes", "yes", "no", "perhaps"] {
        reader.post("/usefulness", &[("about", "fibromyalgia"), ("useful", useful)]).await;
    }
    let counts: (i64, i64) =
        sqlx::query_as("select useful, not_useful from usefulness where about = 'fibromyalgia'")
            .fetch_one(site.app.database.readers())
            .await
            .unwrap();
    assert_eq!(counts, (2, 1));
    assert_eq!(reader.post("/usefulness", &[("about", "nonsense"), ("useful", "yes")]).await.status, 404);
}

#[tokio::test]
async fn a_page_that_names_prescription_only_medicines_offers_the_report_and_no_consultation() {
    let site = Site::open().await;
    for (path, offered) in [
        ("/fact-sheets/medicines-for-back-pain", false),
        ("/fact-sheets/sciatica", false),
        ("/fact-sheets/posture-sitting-and-lifting", true),
        // The clinic has decided that this page offers both (clinic.toml).
        ("/fact-sheets/sleep-and-back-pain", true),
    ] {
        let page = site.visitor().get(path).await;
        assert_eq!(page.all("#by-email").len(), 1, "{path}");
        assert_eq!(page.all("#book").len(), usize::from(offered), "{path}");
        assert_eq!(page.all("a[href='#book']").len(), usize::from(offered), "{path}");
        assert_eq!(page.first("#offers").contains("or speak to a specialist"), offered, "{path}");
        assert_eq!(page.words().contains("To speak to a specialist, call"), offered, "{path}");
    }
}

#[test]
fn a_clinic_decides_on_which_of_these_pages_a_consultation_is_offered() {
    let with = |setting: &'static str| {
        let folder =
            changed("clinic.toml", |text| text.replace("except = [\"sleep-and-back-pain\"]", setting));
        let site = Around::load(folder.path(), "http://localhost".into()).unwrap();
        let library = Library::load(folder.path(), &site).unwrap();
        ["sciatica", "sleep-and-back-pain", "posture-sitting-and-lifting"]
            .map(|slug| library.sheet(slug).unwrap().offers_consultation(&site.clinic))
    };
    assert_eq!(with("except = []"), [false, false, true]);
    assert_eq!(with("except = [\"sciatica\"]"), [true, false, true]);
    let folder = changed("clinic.toml", |text| {
        text.replace("offer_consultation = false", "offer_consultation = true")
    });
    let site = Around::load(folder.path(), "http://localhost".into()).unwrap();
    assert!(site.clinic.offers_consultation_beside_medicines("sciatica"));
    assert!(!site.clinic.offers_consultation_beside_medicines("sleep-and-back-pain"));
}

/// A copy of the content with one file changed.
fn changed(file: &str, change: impl Fn(String) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new("content"), folder.path());
    let path = folder.path().join(file);
    fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    folder
}

/// What loading the content with one file changed says.
pub fn said_of(file: &str, change: impl Fn(String) -> String) -> String {
    let folder = changed(file, change);
    let said = Around::load(folder.path(), "http://localhost".into())
        .and_then(|site| Library::load(folder.path(), &site))
        .err()
        .map(|error| format!("{error:#}"));
    said.unwrap_or_default().replace(&format!("{}/", folder.path().display()), "")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_bad_content_file_is_named_with_its_line_and_what_was_expected() {
    let sheet = "fact-sheets/fibromyalgia.md";
    let said = said_of(sheet, |text| text.replace("subtitle =", "subtitel ="));
    assert!(
        said.contains(
            "fact-sheets/fibromyalgia.md:3:1: error[front-matter]: unknown field `subtitel`, expected one of"
        ),
        "{said}"
    );
    let said = said_of(sheet, |text| text + "\n<b>bold</b>\n");
    assert!(said.contains("HTML is not allowed"), "{said}");
    let said = said_of(sheet, |text| text + "\nA claim.[^nobody2020]\n");
    assert!(said.contains("nobody2020 is not in references.toml"), "{said}");
    let said = said_of(sheet, |text| text + "\n[Lost](/fact-sheets/nowhere)\n");
    assert!(said.contains("/fact-sheets/nowhere is not a page"), "{said}");
    let said = said_of(sheet, |text| text.replacen("slug = \"", "slug = \"no-", 1));
    assert!(said.contains("there is no sheet or guide"), "{said}");
    let said = said_of("clinic.toml", |text| text.replace("closes = \"17:00\"", "closes = \"08:00\""));
    assert!(said.contains("clinic.toml") && said.contains("closes before it opens"), "{said}");
    let said = said_of("clinic.toml", |text| text.replace("phone =", "fone ="));
    assert!(said.contains("clinic.toml") && said.contains("fone"), "{said}");
    assert!(said.contains("error[data-file]: "), "{said}");
    let said = said_of("safety.toml", |text| text.replace("\"girft2023\"", "\"unknown\""));
    assert!(said.contains("safety.toml") && said.contains("unknown"), "{said}");
    assert_eq!(said_of(sheet, |text| text), "", "the content as shipped is good");
}

#[test]
fn a_moved_page_leads_to_its_new_address() {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new("content"), folder.path());
    let file = folder.path().join("fact-sheets/fibromyalgia.md");
    let text = fs::read_to_string(&file).unwrap().replacen("+++\n", "+++\naliases = [\"fibro\"]\n", 1);
    fs::write(&file, text).unwrap();
    let site = Around::load(folder.path(), "http://localhost".into()).unwrap();
    let library = std::sync::Arc::new(Library::load(folder.path(), &site).unwrap());
    let rendered_pages =
        mybackpain::library::pages::RenderedPages::fill(&site, &library, |_, _| Vec::new()).unwrap();
    assert_eq!(rendered_pages.moved_to("/fact-sheets/fibro"), Some("/fact-sheets/fibromyalgia"));
}
