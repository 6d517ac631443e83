//! The page that shows the glossary.

use askama::Template;

use crate::library::collection::Library;
use crate::library::glossary::Term;
use crate::library::reference::Reference;
use crate::library::sheet::Sheet;
use crate::web::site::{PageContext, Site};

#[derive(Template)]
#[template(path = "library/glossary.html")]
pub struct GlossaryPage<'a> {
    context: PageContext<'a>,
    entries: Vec<GlossaryEntry<'a>>,
    sources: Vec<&'a Reference>,
}

struct GlossaryEntry<'a> {
    id: &'a str,
    term: &'a Term,
    page: Option<&'a Sheet>,
    /// Numbers of its sources; true where the page cites one for the first time.
    cited: Vec<(usize, bool)>,
}

impl<'a> GlossaryPage<'a> {
    pub fn new(site: &'a Site, library: &'a Library) -> GlossaryPage<'a> {
        let mut keys: Vec<&str> = Vec::new();
        let mut terms: Vec<(&String, &Term)> = library.glossary.iter().collect();
        terms.sort_by_key(|(_, term)| term.term.to_lowercase());
        let entries = terms.into_iter().map(|(id, term)| {
            let cited = term.references.iter().map(|key| {
                let known = keys.iter().position(|known| known == key);
                let number = known.unwrap_or_else(|| {
                    keys.push(key);
                    keys.len() - 1
                });
                (number + 1, known.is_none())
            });
            let cited = cited.collect();
            GlossaryEntry { id, term, page: term.page.as_ref().and_then(|slug| library.sheet(slug)), cited }
        });
        let entries = entries.collect();
        let about = "Words that you may meet on our pages or at an appointment, each in one plain sentence.";
        GlossaryPage {
            context: site.public("Glossary", about, "/glossary"),
            entries,
            sources: keys.iter().filter_map(|key| library.references.get(*key)).collect(),
        }
    }
}
