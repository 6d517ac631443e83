//! Phone numbers in what a person typed: found among words, told apart, and made ready to dial. What was typed is kept.

use std::ops::Range;

/// The fewest and the most digits of a number that can be dialled from here (ITU-T E.164 allows 15).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// Room for two numbers and a few words, such as "Mum: 07700 900123, home 020 7946 0123 after 6".
const LONGEST: usize = 100;
/// Digits of a whole number in the United Kingdom, its leading 0 included (Ofcom, National Telephone Numbering Plan).
const NATIONAL: usize = 11;

/// What a phone user dials before the number of someone who uses a text phone (Relay UK).
const TO_TEXT_PHONE: &str = "18002";

/// A number found in a text.
#[derive(Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// What a telephone dials: digits, after a `+` when a country was given.
    pub dial: String,
    /// Where in the text it stands, without its extension.
    pub range: Range<usize>,
}

/// A part of what was typed: a number, or words around it.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    pub text: &'t str,
    /// A `tel:` link when this part is a number.
    pub link: Option<String>,
}

/// Checks that there is a number among what was typed; gives it as typed, on one line.
pub fn check(typed: &str) -> Result<String, String> {
    let phone = super::one_line(typed);
    if phone.is_empty() {
        return Err("Enter your phone number".to_owned());
    }
    if phone.chars().count() > LONGEST {
        return Err(format!("Phone number must be {LONGEST} characters or less"));
    }
    let found = !numbers(&phone).is_empty();
    if found && !phone.contains(['<', '>']) {
        return Ok(phone);
    }
    let is_long_mobile = digits(&phone).starts_with("07") && digits(&phone).len() > NATIONAL;
    let has_words = phone.starts_with('0') || phone.chars().any(char::is_alphabetic);
    Err(match digits(&phone).len() {
        _ if !found && is_long_mobile => {
            "Enter the 11 digits of a mobile number, like 07700 900123".to_owned()
        }
        8.. if !found && has_words => "Enter the whole phone number, like 07700 900123".to_owned(),
        _ => "Enter a phone number with 8 to 15 digits, like 07700 900123".to_owned(),
    })
}

/// Every number in a text, in its order. Times ("after 6"), years and extensions are not numbers.
pub fn numbers(text: &str) -> Vec<PhoneNumber> {
    let mut found: Vec<PhoneNumber> = Vec::new();
    let mut current: Option<Reading> = None;
    let groups = groups(text);
    for (at, group) in groups.iter().enumerate() {
        let whole = is_whole_number(&groups[at..], text);
        let joins = current.as_ref().is_some_and(|reading| reading.takes(group, whole, text));
        if !joins {
            found.extend(current.take().and_then(Reading::finish));
        }
        match &mut current {
            Some(reading) => reading.add(group),
            None => current = Some(Reading::begin(group)),
        }
    }
    found.extend(current.and_then(Reading::finish));
    found
}

/// What was typed, with each number apart, so that each can be dialled by itself.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut from) = (Vec::new(), 0);
    for PhoneNumber { dial, range } in numbers(text) {
        let start = with_bracket(text, &range);
        if start > from {
            pieces.push(Piece { text: &text[from..start], link: None });
        }
        from = range.end;
        pieces.push(Piece { text: &text[start..range.end], link: Some(format!("tel:{dial}")) });
    }
    if from < text.len() {
        pieces.push(Piece { text: &text[from..], link: None });
    }
    pieces
}

/// Where a number begins to the eye: "(020) 7946 0123" with its bracket, and "(07700 900123)" without.
fn with_bracket(text: &str, number: &Range<usize>) -> usize {
    let inside = &text[number.clone()];
    let closes = inside.find(['(', ')']).is_some_and(|at| inside[at..].starts_with(')'));
    if closes && text[..number.start].ends_with('(') { number.start - 1 } else { number.start }
}

/// The `tel:` link of the first number in a text, or nothing.
pub fn link(text: &str) -> String {
    numbers(text).first().map(|number| format!("tel:{}", number.dial)).unwrap_or_default()
}

/// A number without what stands for the country or the trunk, to know it again: "+44 (0)7700 900123" is "7700900123".
pub fn national(dial: &str) -> String {
    let digits = dial.strip_prefix("+44").unwrap_or(dial.trim_start_matches('+'));
    digits.strip_prefix('0').unwrap_or(digits).to_owned()
}

/// The digits of a text, of any script.
pub fn digits(text: &str) -> String {
    text.chars().filter_map(digit).collect()
}

/// A text with its digits as they stand on a keyboard: "٠٧٧٠٠" and "０７７００" are "07700".
pub fn in_plain_digits(text: &str) -> String {
    text.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

/// Digits that stand together.
struct Group {
    digits: String,
    range: Range<usize>,
    /// A `+` stands before it.
    plus: bool,
    /// A `+` or `00` stands before it; `00` inside a number is a part of it: "020 7946 0001".
    abroad: bool,
    /// Written "(0)": the trunk digit that is dialled only without the country.
    trunk: bool,
    /// One or two digits, and a letter follows at once, as in "6pm".
    is_time: bool,
}

/// A number that is being put together from groups.
struct Reading {
    digits: String,
    range: Range<usize>,
    abroad: bool,
}

/// True for a national number with digits missing, or a mobile with too many. Mobiles and the numbers that begin with 02 or 03 have eleven digits,
/// the others ten or eleven, but for a few of eight ("0800 1111").
fn has_wrong_length(digits: &str) -> bool {
    match digits.as_bytes() {
        [b'0', b'7', ..] => digits.len() != NATIONAL,
        [b'0', b'2' | b'3', ..] => digits.len() < NATIONAL,
        [b'0', b'8', ..] | [b'1'..=b'9', ..] => false,
        _ => digits.len() < NATIONAL - 1,
    }
}

/// Whether the first of these groups begins a national number that is whole without what stands before it.
fn is_whole_number(groups: &[Group], text: &str) -> bool {
    let Some(first) = groups.first().filter(|first| first.digits.starts_with('0') && !first.abroad) else {
        return false;
    };
    let mut digits = first.digits.len();
    for pair in groups.windows(2) {
        let goes_on = is_joined(text, &pair[0].range, &pair[1].range) && !pair[1].is_time;
        if digits >= NATIONAL - 1 || !goes_on {
            break;
        }
        digits += pair[1].digits.len();
    }
    (NATIONAL - 1..=NATIONAL).contains(&digits)
}

/// Whether nothing but marks stands between two groups of digits.
fn is_joined(text: &str, first: &Range<usize>, second: &Range<usize>) -> bool {
    text[first.end..second.start].chars().all(|c| c.is_whitespace() || is_joint(c))
}

fn groups(text: &str) -> Vec<Group> {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let (mut groups, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        if digit(letters[at].1).is_none() {
            at += 1;
            continue;
        }
        let start = at;
        while letters.get(at).is_some_and(|(_, c)| digit(*c).is_some()) {
            at += 1;
        }
        let before = start.checked_sub(1).map(|before| letters[before].1);
        let after = letters.get(at).map(|(_, c)| *c);
        let plus = matches!(before, Some('+' | '＋'));
        let digits: String = letters[start..at].iter().filter_map(|(_, c)| digit(*c)).collect();
        let first = if plus { start - 1 } else { start };
        groups.push(Group {
            trunk: digits == "0" && before == Some('(') && after == Some(')'),
            plus,
            abroad: plus || digits.starts_with("00"),
            is_time: digits.len() <= 2 && after.is_some_and(char::is_alphabetic),
            range: letters[first].0..letters.get(at).map_or(text.len(), |(at, _)| *at),
            digits,
        });
    }
    groups
}

impl Reading {
    fn begin(group: &Group) -> Reading {
        Reading { digits: group.digits.clone(), range: group.range.clone(), abroad: group.abroad }
    }

    /// Whether a group goes on with this number: only marks stand between, and the number is not whole yet. `whole` says
    /// that a national number begins with the group.
    fn takes(&self, group: &Group, whole: bool, text: &str) -> bool {
        if self.digits == TO_TEXT_PHONE {
            return is_joined(text, &self.range, &group.range);
        }
        let is_country = self.abroad || self.digits == "44";
        let known = self.digits.trim_start_matches(TO_TEXT_PHONE);
        let known =
            if self.abroad { known.trim_start_matches("00").trim_start_matches("44") } else { known }.len();
        let begins_anew = group.plus
            || (group.digits.starts_with('0') && (!self.abroad || group.abroad) && known >= NATIONAL - 1)
            || (whole && !is_country);
        is_joined(text, &self.range, &group.range) && !group.is_time && !begins_anew && !self.is_whole()
    }

    fn add(&mut self, group: &Group) {
        if !(group.trunk && self.abroad) {
            self.digits += &group.digits;
        }
        self.range.end = group.range.end;
    }

    fn is_whole(&self) -> bool {
        let digits = self.digits.strip_prefix(TO_TEXT_PHONE).unwrap_or(&self.digits);
        match digits.strip_prefix("00").unwrap_or(digits) {
            digits if digits.starts_with("44") => digits.len() > NATIONAL,
            digits if !self.abroad && digits.starts_with('7') => digits.len() == NATIONAL - 1,
            digits => !self.abroad && digits.starts_with('0') && digits.len() >= NATIONAL,
        }
    }

    fn finish(self) -> Option<PhoneNumber> {
        if let Some(number) = self.digits.strip_prefix(TO_TEXT_PHONE) {
            let to_text_phone = (NATIONAL - 1..=NATIONAL).contains(&number.len()) && number.starts_with('0');
            return to_text_phone.then(|| PhoneNumber { dial: self.digits.clone(), range: self.range });
        }
        let digits = match self.digits.strip_prefix("00") {
            Some(abroad) => abroad.to_owned(),
            None => self.digits,
        };
        // The trunk digit of a mobile or a landline was left out: "7700 900123", "161 496 0123".
        let digits = match digits.as_bytes() {
            [b'1' | b'7', ..] if !self.abroad && digits.len() == NATIONAL - 1 => format!("0{digits}"),
            _ => digits,
        };
        if !self.abroad && has_wrong_length(&digits) {
            return None;
        }
        // The trunk digit is dialled only without the country: "+44-07700 900123".
        let digits = match digits.strip_prefix("440") {
            Some(rest) if rest.len() == NATIONAL - 1 => format!("44{rest}"),
            _ => digits,
        };
        let british = digits.starts_with("44") && digits.len() == NATIONAL + 1;
        let plus = if self.abroad || british { "+" } else { "" };
        DIGITS
            .contains(&digits.len())
            .then(|| PhoneNumber { dial: format!("{plus}{digits}"), range: self.range })
    }
}

/// The digit that a letter of any script stands for. "½" is none.
fn digit(letter: char) -> Option<char> {
    if letter.is_ascii() || !letter.is_numeric() {
        return Some(letter).filter(char::is_ascii_digit);
    }
    let mut plain = deunicode::deunicode_char(letter)?.chars();
    plain.next().filter(|digit| digit.is_ascii_digit() && plain.next().is_none())
}

/// Marks that stand inside a number: brackets, dots, and every kind of hyphen, dash and minus sign.
fn is_joint(letter: char) -> bool {
    matches!(letter, '(' | ')' | '.' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialled(text: &str) -> Vec<String> {
        numbers(text).into_iter().map(|number| number.dial).collect()
    }

    #[test]
    fn a_number_is_dialled_as_it_is_meant() {
        for (typed, dial) in [
            ("07700 900123", "07700900123"),
            ("020 7946 0001", "02079460001"),
            ("0115 496 0012", "01154960012"),
            ("07700 900 000", "07700900000"),
            ("01632 960 001", "01632960001"),
            ("+44 20 7946 0001", "+442079460001"),
            ("0044 7700 900 000", "+447700900000"),
            ("+44 (0)7700 900123", "+447700900123"),
            ("+44-07700-900888", "+447700900888"),
            ("01632-960-123x5", "01632960123"),
            ("0044 7700 900123", "+447700900123"),
            ("44 7700 900123", "+447700900123"),
            ("(020) 7946-0123", "02079460123"),
            ("020 7946 0123 ext 12", "02079460123"),
            ("020 7946 0123 x12", "02079460123"),
            ("020 7946 0123 (ext. 4)", "02079460123"),
            ("07700 900123 after 6", "07700900123"),
            ("07700 900123 6pm", "07700900123"),
            ("07700 900123 9-5", "07700900123"),
            ("07700\u{2011}900\u{2013}123", "07700900123"),
            ("07700\u{a0}900\u{2212}123", "07700900123"),
            ("Mum: 07700 900123", "07700900123"),
            ("07700 900123 (mum's mobile)", "07700900123"),
            ("０７７００ ９００１２３", "07700900123"),
            ("+1 202 555 0143", "+12025550143"),
            ("７７００ 07700900444", "07700900444"),
            ("7700 07700 900444", "07700900444"),
            ("flat 12 07700 900444", "07700900444"),
            ("ref 123 020 7946 0123", "02079460123"),
            ("call 7700 900999", "07700900999"),
            ("7700900999", "07700900999"),
            ("161 496 0123", "01614960123"),
            ("٠٧٧٠٠ ٩٠٠١٢٣", "07700900123"),
            ("۰۷۷۰۰۹۰۰۱۲۳", "07700900123"),
            ("०७७०० ९००१२३", "07700900123"),
            ("০৭৭০০ ৯০০১২৩", "07700900123"),
            ("mob07700900123evenings", "07700900123"),
            ("tel:+447700900123;ext=5", "+447700900123"),
            ("tel:+44-20-7946-0123;phone-context=x", "+442079460123"),
            ("18001 07700 900123", "07700900123"),
            ("18002 07700 900123", "1800207700900123"),
            ("18002-020-7946-0123", "1800202079460123"),
            ("0800 1111", "08001111"),
            ("44 7700 900123 9-5", "+447700900123"),
            ("7700 900123 9-5", "07700900123"),
            ("44 07700 900123", "+447700900123"),
        ] {
            assert_eq!(dialled(typed), [dial], "{typed}");
        }
    }

    #[test]
    fn a_number_with_digits_missing_is_not_dialled_and_its_owner_is_asked_for_all_of_it() {
        for typed in ["07700 900 12three", "07700 900", "07700 90012", "020 7946 012", "tel 0161 496"] {
            assert_eq!(dialled(typed), [""; 0], "{typed}");
        }
        let long = "07700 900 1234";
        assert_eq!(dialled(long), [""; 0], "its first eleven digits are somebody else's");
        assert_eq!(check(long), Err("Enter the 11 digits of a mobile number, like 07700 900123".into()));
        for typed in ["07700 900 12three", "07700 90012"] {
            assert_eq!(
                check(typed),
                Err("Enter the whole phone number, like 07700 900123".into()),
                "{typed}"
            );
        }
    }

    #[test]
    fn two_numbers_are_told_apart() {
        for typed in [
            "07700 900123 or 020 7946 0123",
            "07700 900123 / 020 7946 0123",
            "07700900123, 02079460123",
            "07700 900123 020 7946 0123",
            "home 07700900123 work +44 20 7946 0123",
        ] {
            let found: Vec<String> = dialled(typed).iter().map(|dial| national(dial)).collect();
            assert_eq!(found, ["7700900123", "2079460123"], "{typed}");
        }
    }

    #[test]
    fn the_words_around_a_number_are_kept_and_only_the_number_is_a_link() {
        let shown = pieces("Mum: 07700 900123 after 6");
        let shown: Vec<_> = shown.iter().map(|piece| (piece.text, piece.link.as_deref())).collect();
        assert_eq!(shown, [("Mum: ", None), ("07700 900123", Some("tel:07700900123")), (" after 6", None)]);
        let first =
            |text: &'static str| pieces(text).into_iter().find(|piece| piece.link.is_some()).unwrap().text;
        assert_eq!(first("(0161) 496 0123 ext 4"), "(0161) 496 0123");
        assert_eq!(first("home (0161 496 0123)"), "0161 496 0123");
        assert_eq!(first("+44 (0)20 7946 0123"), "+44 (0)20 7946 0123");
    }

    #[test]
    fn what_holds_a_number_is_taken_as_typed_and_the_rest_is_told_what_one_looks_like() {
        for good in [
            "07700 900123",
            "Mum: 07700 900123",
            "(mum's mobile) 07700 900123",
            "07700–900–123",
            "tel:+447700900123;ext=5",
            "📞 07700 900123",
            "07700 900123 • ask for Jo_Ann = fine",
        ] {
            assert_eq!(check(good), Ok(good.to_owned()));
        }
        for bad in ["1234567", "12345678901234567", "<script>12345678", "call me", "after 6"] {
            assert!(check(bad).unwrap_err().contains("8 to 15 digits"), "{bad}");
        }
        assert_eq!(check(" "), Err("Enter your phone number".into()));
    }
}
