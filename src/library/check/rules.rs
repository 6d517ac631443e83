//! Every rule of the content check: what it asks, why, and where it comes from.

use serde::Serialize;

/// An error fails the check; a warning may be kept with a reason in the front matter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
}

#[derive(PartialEq, Debug)]
pub struct Rule {
    pub id: &'static str,
    pub level: Level,
    pub asks: &'static str,
    pub reason: &'static str,
    pub source: &'static str,
}

const PIF_TICK: &str = "PIF TICK criteria";
const NHS_STANDARD: &str = "NHS standard for creating health content";
const DISCERN: &str = "DISCERN";
const PLAIN_ENGLISH: &str = "plain English";
const LAW: &str = "UK law and the CAP code";
const WCAG: &str = "WCAG 2.2";
const HOUSE: &str = "house rule";

/// The rule with this id, when there is one.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// The rule that our own code names.
pub fn named(id: &str) -> &'static Rule {
    find(id).unwrap_or_else(|| panic!("the table of rules has no {id:?}"))
}

#[rustfmt::skip]
pub static RULES: &[Rule] = &[
    // Files that can be read.
    error("data-file", HOUSE,
        "Write the file as content/README.md shows, with no unknown or missing field.",
        "A page must not be built on a file that was half understood."),
    error("file-name", HOUSE,
        "Name the file with small letters, digits and hyphens.",
        "The file name is the page's address."),
    error("front-matter", PIF_TICK,
        "Put every field between two lines of +++, spelled as in content/README.md.",
        "Readers are owed who wrote a page, when and from what."),
    error("block", HOUSE,
        "Open a block with ::: and its kind, and close it with a line of ::: alone.",
        "A callout that is not closed would swallow the page."),
    error("placeholder", HOUSE,
        "Use a detail that content/README.md lists, such as {{phone}}.",
        "Another clinic's details must fill every page."),
    // What a page says about itself.
    error("contradiction", PIF_TICK,
        "Make the fields agree with each other.",
        "A page that contradicts itself about its review cannot be trusted."),
    error("field-length", HOUSE,
        "Keep a title to 65 characters and a summary to 160.",
        "Search results and tabs cut longer ones off."),
    error("reviewer-is-author", PIF_TICK,
        "Let someone other than the author review the page.",
        "Review means a second pair of eyes."),
    error("review-too-far", PIF_TICK,
        "Set next_review to 36 months or less after the page was written or reviewed.",
        "Health information is reviewed at least every 3 years."),
    error("review-past", PIF_TICK,
        "Review the page, then set reviewed and next_review.",
        "Health information is reviewed at least every 3 years."),
    error("reviewed-ahead", PIF_TICK,
        "Give days that have been, not one to come.",
        "A review that has not happened is not a review."),
    error("version-unchanged", NHS_STANDARD,
        "Raise version and say what changed in changes.",
        "Readers and staff must be able to tell which text they have."),
    error("bad-allow", HOUSE,
        "Name a warning of this check, and say why it is kept.",
        "Only warnings may be kept, and only with a reason that the next editor can judge."),
    error("same-reason", HOUSE,
        "Say what is kept on this page, and why here.",
        "A reason that fits every page says nothing of any."),
    error("slug-twice", HOUSE,
        "Give the page a slug, or an alias, that no other page has.",
        "One address leads to one page."),
    // Sources.
    error("no-reference", DISCERN,
        "Cite a source for each claim, such as [^nice_ng59].",
        "Readers must be able to see what a page rests on."),
    error("unknown-reference", PIF_TICK,
        "Add the source to references.toml, or mend the key.",
        "A number that leads to no source is worse than none."),
    error("references-differ", HOUSE,
        "List under references exactly the keys that the text cites.",
        "The list is what a reviewer compares with the text."),
    // Where it leads.
    error("unknown-related", HOUSE,
        "Name the slug of a sheet or guide.",
        "A related page must open."),
    error("unknown-topic", HOUSE,
        "Name a topic of topics.toml.",
        "A page under no topic cannot be found by topic."),
    error("unknown-term", PLAIN_ENGLISH,
        "Name a term of glossary.toml, by its key.",
        "A term that is not explained helps nobody."),
    error("dead-link", NHS_STANDARD,
        "Link to a page of this site by its whole path.",
        "A dead link stops a person who is looking for help."),
    error("dead-anchor", NHS_STANDARD,
        "Link to a heading that the page has.",
        "The link would open at the wrong place."),
    error("link-form", HOUSE,
        "Begin a link with https://, /, #, mailto: or tel:.",
        "Other links do not open, or run what nobody checked."),
    error("link-text", WCAG,
        "Say where the link leads, in its own words.",
        "Screen readers read links out alone, without what is round them."),
    error("emergency-link", HOUSE,
        "Take links out of emergency callouts.",
        "Nothing may delay the call."),
    // Its shape.
    error("second-h1", WCAG,
        "Begin headings with ##: the title is the only h1.",
        "The h1 says what the page is."),
    error("skipped-heading", WCAG,
        "Go down one heading level at a time.",
        "Screen readers use headings to find the way."),
    error("duplicate-id", WCAG,
        "Word the heading in another way, or show the figure once.",
        "Links into the page must have one target."),
    error("sections", NHS_STANDARD,
        "Begin with \"Key points\" and end with \"When to get help\".",
        "Readers in a hurry know where to look on every page."),
    error("raw-html", HOUSE,
        "Write Markdown instead of HTML.",
        "What a page prints must stay under the program's control."),
    error("picture", WCAG,
        "Show pictures with ::: figure, drawn for the site.",
        "Pictures need their words, and must come from us."),
    error("unknown-figure", HOUSE,
        "Name a drawing of content/figures.",
        "A missing figure leaves a hole in the page."),
    error("figure-without-words", WCAG,
        "Say in words all that the figure shows, and give the drawing a title.",
        "Some readers cannot see the figure."),
    error("figure-steps", WCAG,
        "Give the words as many numbered steps as the drawing has, in the same order.",
        "Who reads the words and who sees the drawing must get the same."),
    // Safety and law.
    error("no-signs", HOUSE,
        "Give safety.toml its emergency and urgent signs, and each sheet \"When to get help\".",
        "Every page must say when to get help at once."),
    error("house-wording", NHS_STANDARD,
        "Use the house words for 999 and 111, as in content/README.md.",
        "The same words everywhere are understood fastest in an emergency."),
    error("to-write", HOUSE,
        "Fill in what a new page left open.",
        "A page must not be shown before it is written."),
    error("undefined-name", HOUSE,
        "Name the signs as the page shows them.",
        "Nobody can look in a box that no page shows under that name."),
    error("clipped-phrase", HOUSE,
        "Say it as you would say it across a table.",
        "Clipped phrases and fillers make a page sound like a form."),
    error("one-as-article", HOUSE,
        "Write \"a\", \"an\" or \"one\"; keep numerals for counts, times and ages.",
        "A numeral where nothing is counted makes a reader stop."),
    error("promise", LAW,
        "Say what trials found, in whom, and how sure we are.",
        "Nobody can promise an outcome; advertising rules forbid it too."),
    error("pom-with-booking", LAW,
        "Take out the call to book, or have the page approved and name who did so in pom_reviewed_by.",
        "Advertising prescription-only medicines to the public is an offence (Human Medicines Regulations 2012, regulation 284)."),
    // The self-assessment.
    error("unknown-sheet", HOUSE,
        "Name the slug of a sheet or guide.",
        "A page that the summary offers, or that clinic.toml names, must be there."),
    error("question-id", HOUSE,
        "Give each question, and each of its answers, an id of its own in small letters, digits and hyphens.",
        "Answers are kept by these ids."),
    error("question-shape", HOUSE,
        "Give the question what its kind needs, as in content/README.md.",
        "A question that cannot be answered stops the person who is asked."),
    error("question-length", HOUSE,
        "Keep a question to 65 characters, a hint to 200 and the rest to 100.",
        "Long questions are hard to answer when tired or in pain."),
    error("unreachable-question", HOUSE,
        "Ask it of everyone, or after an answer to an earlier question.",
        "A question that nobody is asked only looks like one."),
    error("leads-nowhere", HOUSE,
        "Give the answer sheets with a because, or a question to ask; or set none = true.",
        "Asking about health without using the answer is prying."),
    error("judging-words", LAW,
        "Repeat what the person said; leave out scores, risks, likelihoods, diagnoses, medicines and comparisons.",
        "Software that judges a person's health is a medical device (Medical Devices Regulations 2002)."),
    // Warnings: plain words.
    warning("long-sentence", PLAIN_ENGLISH,
        "Split it: up to 30 words.",
        "Long sentences are hard to follow when tired or in pain."),
    warning("long-paragraph", PLAIN_ENGLISH,
        "Start a new paragraph: up to 5 sentences.",
        "Short paragraphs can be found again."),
    warning("long-list", PLAIN_ENGLISH,
        "Group or shorten it: up to 6 items.",
        "A long list is skimmed, and what matters is missed."),
    warning("choppy", HOUSE,
        "Join short sentences with because, so, but, which or while: at most 22 in 100 of eight words or fewer.",
        "A page of short sentences sounds like a telegram, not like a person."),
    warning("short-in-a-row", HOUSE,
        "Join two of them: a short sentence is for weight.",
        "Three short sentences in a row sound like orders."),
    warning("reading-grade", NHS_STANDARD,
        "Shorten the sentences shown: a Flesch-Kincaid grade of 8 or less.",
        "Many adults read at the age of 9 to 11."),
    warning("word-to-avoid", NHS_STANDARD,
        "Use the plainer or kinder word.",
        "Plain words are understood by more people, and blame nobody."),
    warning("dash-range", NHS_STANDARD,
        "Write \"2 to 3\", not a dash.",
        "Screen readers read a dash as minus, or not at all."),
    // Warnings: what a good sheet says.
    warning("no-uncertainty", DISCERN,
        "Say somewhere what is uncertain, such as under \"How sure are we?\".",
        "Readers are owed the limits of what is known."),
    warning("no-action", PIF_TICK,
        "Give steps in a numbered list, such as tonight, this week and later.",
        "A page should leave a person with a next step."),
    warning("treatment-without-harms", DISCERN,
        "Say what the treatment can do to a person, beside what it does for them.",
        "Nobody can choose a treatment by its benefits alone."),
    warning("callout-without-source", DISCERN,
        "Cite a source in the callout, or say that there is none.",
        "What stands in a box is believed first."),
    warning("review-soon", PIF_TICK,
        "Plan the review: it is due within 90 days.",
        "A review takes weeks to arrange."),
    warning("unchecked-reference", PIF_TICK,
        "Compare the citation with a public record, then set checked = true.",
        "A citation from memory may be wrong."),
    warning("unused-allow", HOUSE,
        "Remove it from allow.",
        "A reason for a warning that is gone would hide the next one."),
];

const fn error(id: &'static str, source: &'static str, asks: &'static str, reason: &'static str) -> Rule {
    Rule { id, level: Level::Error, asks, reason, source }
}

const fn warning(id: &'static str, source: &'static str, asks: &'static str, reason: &'static str) -> Rule {
    Rule { id, level: Level::Warning, asks, reason, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_an_id_of_its_own_and_says_what_it_asks_and_why() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(RULES[..at].iter().all(|other| other.id != rule.id), "{} is there twice", rule.id);
            for words in [rule.asks, rule.reason] {
                assert!(words.ends_with('.') && words.chars().count() < 130, "{}: {words}", rule.id);
            }
        }
    }
}
