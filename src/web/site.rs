//! What every page shows around its own words: the clinic's names, the signs that need help, its title and address.

use std::path::Path;
use std::sync::Arc;

use crate::clinic::Clinic;
use crate::clinic::Role;
use crate::signs::SignsReader;
use crate::signs::list::Safety;
use crate::web::counts::VisitCounts;
use crate::web::metrics::Metrics;

/// The same for every page.
pub struct Site {
    pub clinic: Clinic,
    pub safety: Safety,
    /// Finds the signs that need help in what people type.
    pub signs: Arc<SignsReader>,
    /// Public address without a slash at its end.
    pub base_url: String,
    /// The data was made up by `mybackpain demo`.
    pub demo: bool,
    /// What the desk is warned of.
    pub metrics: Arc<Metrics>,
    /// What happens on the public site, without persons.
    pub counts: Arc<VisitCounts>,
}

impl Site {
    pub fn load(content: &Path, base_url: String) -> anyhow::Result<Site> {
        let (clinic, safety) = (Clinic::load(content)?, Safety::load(content)?);
        Ok(Site {
            clinic,
            safety,
            signs: Arc::new(SignsReader::load(content)?),
            base_url,
            demo: false,
            metrics: Arc::default(),
            counts: Arc::default(),
        })
    }

    /// The same site as the content folder describes it now. Its warnings and counts go on.
    pub fn load_again(&self, content: &Path) -> anyhow::Result<Site> {
        let read = Site::load(content, self.base_url.clone())?;
        Ok(Site { demo: self.demo, metrics: self.metrics.clone(), counts: self.counts.clone(), ..read })
    }

    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The whole address of a path on this site.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// A page that search engines may list.
    pub fn public<'a>(&'a self, title: &'a str, description: &'a str, path: &'a str) -> PageContext<'a> {
        PageContext { site: self, title, description, path: Some(path), error: false, desk: None }
    }

    /// A page that is about one person, or leads to one.
    pub fn private<'a>(&'a self, title: &'a str) -> PageContext<'a> {
        PageContext { site: self, title, description: "", path: None, error: false, desk: None }
    }
}

/// What a template's layout needs to know about its page.
#[derive(Clone, Copy)]
pub struct PageContext<'a> {
    pub site: &'a Site,
    pub title: &'a str,
    pub description: &'a str,
    /// Path of a public page; nothing for a private one.
    pub path: Option<&'a str>,
    /// The page shows a form with something to mend.
    pub error: bool,
    /// Who is signed in, on pages of the desk.
    pub desk: Option<Desk<'a>>,
}

/// A member of staff, as the head of every page of the desk shows them.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub name: &'a str,
    pub role: Role,
}

impl Desk<'_> {
    /// Where they may go: each address, and the title of the page there.
    pub fn ways(&self) -> Vec<(&'static str, &'static str)> {
        let mut ways = vec![
            ("/staff", "Requests"),
            ("/staff/calls", "Who to ring"),
            ("/staff/diary", "Diary"),
            ("/staff/mail", "Mail"),
            ("/staff/pages", "Pages"),
            ("/staff/insights", "Insights"),
        ];
        if self.role.manages_people() {
            ways.extend([
                ("/staff/people", "People"),
                ("/staff/audit", "Audit"),
                ("/staff/complaints", "Complaints"),
                ("/staff/data-rights", "Data rights"),
                ("/staff/replies", "Saved replies"),
            ]);
        }
        ways.push(("/staff/account", "Your account"));
        ways
    }
}

impl<'a> PageContext<'a> {
    pub fn with_errors(self, error: bool) -> PageContext<'a> {
        PageContext { error, ..self }
    }

    pub fn described(self, description: &'a str) -> PageContext<'a> {
        PageContext { description, ..self }
    }

    pub fn for_desk(self, name: &'a str, role: Role) -> PageContext<'a> {
        PageContext { desk: Some(Desk { name, role }), ..self }
    }

    /// The words of the browser's tab: "Error: About you – My Back Pain".
    pub fn tab_title(&self) -> String {
        let error = if self.error { "Error: " } else { "" };
        let site = &self.site.clinic.site;
        if self.title == site {
            format!("{error}{site}")
        } else {
            format!("{error}{} – {site}", self.title)
        }
    }
}
