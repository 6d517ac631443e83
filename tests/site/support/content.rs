//! Sites with pages of their own: content that a test changed, and the same site started again with other content.

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use axum_client_ip::ClientIpSource;
use mybackpain::cli::publication::Publisher;
use mybackpain::clinic::Clinic;
use mybackpain::library::Library;
use mybackpain::mail::Renderer;
use mybackpain::operations::letters;
use mybackpain::router::rendered_pages;
use mybackpain::signs::SignsReader;
use mybackpain::signs::list::Safety;
use mybackpain::storage::clock::Clock;
use mybackpain::storage::database::Database;
use mybackpain::web::security::Limits;
use mybackpain::web::site::Site as Around;

use tokio::sync::OnceCell;

use crate::support::{Site, WEDNESDAY_AT_10, engine};

/// A file of the content, and what becomes of its text.
pub type Edit<'a> = (&'a str, &'a dyn Fn(&str) -> String);

impl Site {
    /// A site whose content is the shipped one with some files edited or, where there was none, added.
    pub async fn of_content(edits: &[Edit<'_>]) -> Site {
        let clock = Clock::set_to(WEDNESDAY_AT_10.parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let opened = engine::open(folder.path()).await;
        Site::opened_in(folder, opened, clock, edits).await
    }

    /// A site whose `clinic.toml` is changed, opened at a moment.
    pub async fn of_clinic(change: impl FnOnce(String) -> String, now: &str) -> Site {
        let content = tempfile::tempdir().unwrap();
        for file in fs::read_dir("content").unwrap().map(|file| file.unwrap().path()) {
            let to = content.path().join(file.file_name().unwrap());
            std::os::unix::fs::symlink(file.canonicalize().unwrap(), to).unwrap();
        }
        let file = content.path().join("clinic.toml");
        let changed = change(fs::read_to_string(&file).unwrap());
        fs::remove_file(&file).unwrap();
        fs::write(&file, changed).unwrap();
        let around = around_pages(content.path(), "http://localhost");
        Site::around(around, Limits::none(), now).await
    }

    /// The same data with other content, as after a new version of it: who was signed in still is.
    pub async fn restarted(self, edits: &[Edit<'_>]) -> Site {
        let Site { folder, app, clock, phones, own, .. } = self;
        app.database.close().await;
        let opened = engine::open_again(folder.path(), own).await;
        Site { phones, ..Site::opened_in(folder, opened, clock, edits).await }
    }

    async fn opened_in(
        folder: tempfile::TempDir,
        opened: (Database, Option<engine::TestDatabase>),
        clock: Clock,
        edits: &[Edit<'_>],
    ) -> Site {
        let content = tempfile::tempdir().unwrap();
        copy(Path::new("content"), content.path());
        for (file, edit) in edits {
            let file = content.path().join(file);
            let text = fs::read_to_string(&file).unwrap_or_default();
            let edited = edit(&text);
            assert_ne!(edited, text, "{} is edited", file.display());
            fs::write(&file, edited).unwrap();
        }
        let today = clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let around = around_pages(content.path(), "http://localhost");
        let library = Arc::new(Library::load_on(content.path(), &around, today).unwrap());
        let pages = Arc::new(rendered_pages(&around, &library).unwrap());
        let site = Site::of_database(opened, folder, around, pages, Limits::none(), clock);
        site.look_at_signatures().await;
        Site { content: Some(content), ..site }
    }

    /// The site as the program serves it.
    pub async fn publisher(&self) -> anyhow::Result<Publisher> {
        Publisher::of(&self.app, self.rendered_pages.clone(), ClientIpSource::ConnectInfo).await
    }

    /// What the program does every minute with pages that come to their day.
    pub async fn look_at_days(&mut self) -> anyhow::Result<()> {
        let mut publisher = self.publisher().await?;
        publisher.pass().await?;
        let edition = publisher.editions().borrow().clone();
        (self.rendered_pages, self.router) = (edition.pages.clone(), edition.router.clone());
        self.app = edition.app.clone();
        self.library = edition.pages.library().clone();
        Ok(())
    }

    /// Edits the content under a running site.
    pub fn edit_content(&self, file: &str, edit: impl Fn(&str) -> String) {
        let file = self.content.as_ref().expect("a site with content of its own").path().join(file);
        fs::write(&file, edit(&fs::read_to_string(&file).unwrap())).unwrap();
    }

    /// What the program does every minute.
    pub async fn look_at_signatures(&self) {
        self.rendered_pages.refresh(&self.app.site, self.app.database.readers()).await.unwrap();
    }

    pub(super) fn renderer(&self) -> Renderer {
        let (app, pages) = (self.app.clone(), self.rendered_pages.clone());
        letters::renderer(move || (app.clone(), pages.library().clone(), pages.signatures().clone()))
    }
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What stands around every page, with the one reader of signs: it takes longer to read than a test takes to run.
pub(super) fn around_pages(content: &Path, base_url: &str) -> Around {
    static SIGNS: LazyLock<Arc<SignsReader>> =
        LazyLock::new(|| Arc::new(SignsReader::load(Path::new("content")).unwrap()));
    Around {
        clinic: Clinic::load(content).unwrap(),
        safety: Safety::load(content).unwrap(),
        signs: SIGNS.clone(),
        base_url: base_url.to_owned(),
        demo: false,
        metrics: Arc::default(),
        counts: Arc::default(),
    }
}

/// A database with every table and no row, made once: each test begins with a copy.
pub(super) async fn empty_database() -> &'static [u8] {
    static EMPTY: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mybackpain.sqlite");
        Database::open(&file).await.unwrap().close().await;
        fs::read(file).unwrap()
    };
    EMPTY.get_or_init(make).await
}
