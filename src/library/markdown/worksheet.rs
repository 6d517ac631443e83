//! Sheets to print and fill in: lines to write on, or a grid of days.

use crate::library::markdown::blocks::{escape, typographic};

/// Days of a grid that fit beside each other on paper.
const DAYS: usize = 7;
/// A grid is given twice: patterns of a fortnight are what it is for.
const WEEKS: usize = 2;

/// One part of a worksheet: a heading, where there is one, and what is asked under it.
#[derive(Debug, PartialEq)]
struct Part<'t> {
    heading: &'t str,
    asked: Vec<&'t str>,
}

/// Points under a line that ends with a colon are asked once a day; without such a line, each line or point is asked once.
fn parts(text: &str) -> (bool, Vec<Part<'_>>) {
    let is_heading = |line: &str| line.ends_with(':') && !line.starts_with("- ");
    let daily = text.lines().map(str::trim).any(is_heading);
    let mut parts: Vec<Part> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let item = line.strip_prefix("- ");
        match (item, is_heading(line)) {
            (None, true) => parts.push(Part { heading: line.trim_end_matches(':'), asked: Vec::new() }),
            (item, _) => {
                if parts.is_empty() {
                    parts.push(Part { heading: "", asked: Vec::new() });
                }
                let last = parts.last_mut().expect("there is one now");
                last.asked.push(item.unwrap_or(line));
            }
        }
    }
    (daily, parts)
}

/// The worksheet as a web page shows and prints it.
pub fn html(text: &str) -> String {
    let (daily, parts) = parts(text);
    if daily { (1..=WEEKS).map(|week| grid(week, &parts)).collect() } else { lines(&parts) }
}

/// What is asked, as lists: for mail, plain text and the search.
pub fn as_markdown(text: &str) -> String {
    let (_, parts) = parts(text);
    let list = |part: &Part| {
        let heading = if part.heading.is_empty() { String::new() } else { format!("{}:\n\n", part.heading) };
        heading + &part.asked.iter().map(|asked| format!("- {asked}\n")).collect::<String>()
    };
    parts.iter().map(list).collect::<Vec<_>>().join("\n")
}

fn lines(parts: &[Part]) -> String {
    let asked = parts.iter().flat_map(|part| &part.asked);
    let rows: String = asked.map(|asked| format!("<dt>{}</dt>\n<dd></dd>\n", words(asked))).collect();
    format!("<dl class=\"worksheet lines\">\n{rows}</dl>\n")
}

/// On a narrow screen only the first column is shown, as a list; the second week is for paper.
fn grid(week: usize, parts: &[Part]) -> String {
    let first = (week - 1) * DAYS + 1;
    let days: String = (first..first + DAYS).map(|day| format!("<th scope=\"col\">{day}</th>")).collect();
    let row = |asked: &&str| {
        format!("<tr><th scope=\"row\">{}</th>{}</tr>\n", words(asked), "<td></td>".repeat(DAYS))
    };
    let body: String = parts
        .iter()
        .map(|part| {
            let rows: String = part.asked.iter().map(row).collect();
            let across = DAYS + 1;
            format!(
                "<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"{across}\">{}</th></tr>\n{rows}</tbody>\n",
                words(part.heading)
            )
        })
        .collect();
    let on_paper = if week == 1 { "" } else { " print-only" };
    format!(
        "<div class=\"worksheet grid{on_paper}\"><table>\n<caption>Week {week}</caption>\n\
         <thead><tr><th scope=\"col\">Day</th>{days}</tr></thead>\n{body}</table></div>\n"
    )
}

fn words(text: &str) -> String {
    escape(&typographic(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_asked_once_with_room_to_write() {
        let html = html("What soothes me\nWho I'll tell\n");
        assert_eq!(html.matches("<dd></dd>").count(), 2);
        assert!(html.contains("<dt>Who I’ll tell</dt>"));
        assert_eq!(as_markdown("One\nTwo\n"), "- One\n- Two\n");
        assert_eq!(super::html("- One\n- Two\n").matches("<dd></dd>").count(), 2);
    }

    #[test]
    fn what_is_asked_daily_is_a_grid_of_two_weeks_by_parts() {
        let text = "Morning:\n\n- Rested (0 to 10)\n\nEvening:\n- Pain\n";
        let html = html(text);
        assert_eq!((html.matches("<table>").count(), html.matches("<td></td>").count()), (2, 28));
        assert!(html.contains("colspan=\"8\">Morning</th>") && html.contains("<th scope=\"col\">14</th>"));
        assert_eq!(as_markdown(text), "Morning:\n\n- Rested (0 to 10)\n\nEvening:\n\n- Pain\n");
    }
}
