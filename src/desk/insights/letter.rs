//! The weekly mail: how the last week went, in the sentences of the page, and a link to it.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::desk::insights::figures::Figures;
use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::web::site::Site;

/// What these mails stand under, in place of a request.
pub const REFERENCE: &str = "INSIGHTS";

#[derive(Serialize, Deserialize)]
pub struct WeeklyLetter {
    /// "23 November 2026", the Monday of the week it is about.
    week: String,
    sentences: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/insights/mail.txt")]
struct Text<'a> {
    site: &'a Site,
    letter: &'a WeeklyLetter,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "desk/insights/mail.html")]
struct Html<'a> {
    site: &'a Site,
    letter: &'a WeeklyLetter,
    link: &'a str,
}

impl Letter for WeeklyLetter {
    const PURPOSE: Purpose = Purpose::WeeklyInsights;
}

impl WeeklyLetter {
    /// Words that people searched for stay on the desk.
    pub fn of(figures: &Figures) -> WeeklyLetter {
        WeeklyLetter {
            week: figures.last_week().from.strftime("%-d %B %Y").to_string(),
            sentences: vec![
                figures.promises_in_words(),
                figures.weekdays_in_words(),
                figures.waiting_in_words(),
                figures.forms_in_words(),
                figures.assessments_in_words(),
                figures.visits_in_words(),
                figures.reading_in_words(),
                figures.searches_in_words(),
                figures.fields_in_words(),
            ],
        }
    }

    pub fn render(&self, site: &Site) -> Result<RenderedLetter, askama::Error> {
        let link = &site.url("/staff/insights");
        Ok(RenderedLetter {
            subject: format!("How the week of {} went", self.week),
            text: Text { site, letter: self, link }.render()?,
            html: Html { site, letter: self, link }.render()?,
            ..RenderedLetter::default()
        })
    }
}
