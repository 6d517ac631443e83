//! An email address: checked, and its likely typos queried.

use std::sync::LazyLock;

use regex::Regex;

use crate::web::form::{FieldErrors, Fields, one_line};

/// The longest address that can be delivered to (RFC 5321, 4.5.3.1.3).
pub const LONGEST: usize = 254;
/// The longest part before the at sign (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// Domains that many people here use: a domain one slip away from one of these is queried.
const COMMON_DOMAINS: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "outlook.com",
    "live.com",
    "live.co.uk",
    "msn.com",
    "yahoo.com",
    "yahoo.co.uk",
    "ymail.com",
    "icloud.com",
    "me.com",
    "btinternet.com",
    "sky.com",
    "virginmedia.com",
    "talktalk.net",
    "ntlworld.com",
    "blueyonder.co.uk",
    "aol.com",
    "nhs.net",
    "protonmail.com",
];

/// Real domains that only look like a slip of a common one.
const NOT_TYPOS: &[&str] = &[
    "mail.com",
    "gmx.com",
    "live.ie",
    "yahoo.ca",
    "yahoo.ie",
    "hotmail.fr",
    "hotmail.it",
    "hotmail.de",
    "hotmail.es",
    "outlook.fr",
    "outlook.de",
    "outlook.es",
    "outlook.ie",
    "aim.com",
    "ukmail.com",
    "email.com",
    "sly.com",
    "my.com",
    "fe.com",
];

/// Endings nobody owns, and what was meant.
const WRONG_ENDINGS: &[(&str, &str)] = &[
    (".con", ".com"),
    (".cmo", ".com"),
    (".ocm", ".com"),
    (".vom", ".com"),
    (".xom", ".com"),
    (".comm", ".com"),
    (".couk", ".co.uk"),
    (".co.k", ".co.uk"),
    (".co.ukk", ".co.uk"),
    (".co.yk", ".co.uk"),
    (".c.uk", ".co.uk"),
    (".og", ".org"),
    (".ogr", ".org"),
    (".ner", ".net"),
    (".ent", ".net"),
    (".nte", ".net"),
];

/// The address that is meant by what was typed, and that mail can be addressed to.
pub fn check(typed: &str) -> Result<String, String> {
    let address = address_in(typed);
    if address.is_empty() {
        return Err("Enter your email address".to_owned());
    }
    if address.chars().count() > LONGEST {
        return Err("Email address must be 254 characters or less".to_owned());
    }
    if is_address(&address) {
        return Ok(address);
    }
    // A doubled or trailing dot is refused by mail servers, but is most likely a slip: say what was meant.
    Err(match suggestion(&address) {
        Some(meant) => format!("Enter your email address again. Did you mean {meant}?"),
        None if has_other_letters(&address) => {
            "Enter an email address with only the letters a to z before the @, like name@example.com"
                .to_owned()
        }
        None if several(&address) => "Enter one email address, like name@example.com".to_owned(),
        None => "Enter an email address in the correct format, like name@example.com".to_owned(),
    })
}

/// The address in what was typed or pasted, without what stands around one elsewhere: "Ada <ada@example.org>",
/// "mailto:ada@example.org", "(ada@example.org)", a full stop or comma at the end. Full-width letters are plain ones.
fn address_in(typed: &str) -> String {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        // A colon with nothing after it may be a slip within the address.
        let known = r"(?i:mailto|e-?mail(?: address)?) ?: ?|(?i:https?)://";
        Regex::new(&format!(r"^(?:{known}|[\p{{L}} -]{{1,30}}: )")).expect("the pattern is well formed")
    });
    static REMARK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r" ?\([^@()]*\)$").expect("the pattern is well formed"));
    let line: String = one_line(typed).chars().filter_map(in_plain_letters).collect();
    if is_address(&line) {
        return line;
    }
    // Between brackets, when it is the only one there.
    let inside = line.rsplit_once('<').and_then(|(before, rest)| {
        let (inside, after) = rest.split_once('>')?;
        (inside.contains('@') && !before.contains('@') && !after.contains('@')).then_some(inside)
    });
    let line = REMARK.replace(inside.unwrap_or(&line), "");
    let line = line.as_ref();
    let quoted = line.strip_prefix('\'').and_then(|line| line.strip_suffix('\'')).unwrap_or(line);
    // Before the at sign more marks may be a part of the address than after it.
    let before = |c: char| c.is_whitespace() || ",;:<>()[]\"“”‘«»".contains(c);
    let after = |c: char| before(c) || "./{}!?’'".contains(c);
    let line = quoted.trim_start_matches(before);
    let unlabelled = LABEL.replace(line, "");
    // What follows the address in a link is no part of it.
    let address = if unlabelled == line { line } else { unlabelled.split('?').next().unwrap_or_default() };
    let address = address.trim_start_matches(before).trim_end_matches(after);
    address.split('@').map(str::trim).collect::<Vec<_>>().join("@")
}

/// A letter as it stands on a keyboard; nothing for the joiners, which no address holds.
fn in_plain_letters(letter: char) -> Option<char> {
    match letter {
        '\u{200c}' | '\u{200d}' => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xff01 + 0x21),
        '\u{3002}' | '\u{ff61}' => Some('.'),
        '\u{fe6b}' => Some('@'),
        letter => Some(letter),
    }
}

/// True for what is an address but for its letters before the at sign, which our mail server cannot send to (RFC 6531).
fn has_other_letters(line: &str) -> bool {
    let plain: String =
        line.chars().take_while(|c| *c != '@').map(|c| if c.is_alphabetic() { 'a' } else { c }).collect();
    let rest = line.find('@').map_or("", |at| &line[at..]);
    is_address(&format!("{plain}{rest}"))
}

/// True for two addresses or more, one after the other.
fn several(line: &str) -> bool {
    line.split([' ', ',', ';', '/']).filter(|word| is_address(word)).count() > 1
}

/// True for what mail can be written to and what is one mailbox in one spelling: the plain form of RFC 5321, without
/// quotes, comments and numbers of networks, and without the marks that hide another address in a link (`?`, `%`).
fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let Some(domain) = ascii_domain(domain) else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$&'*+/=^_{|}~-".contains(c);
    let label = |label: &str| {
        let named = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (1..=63).contains(&label.len()) && named && !label.starts_with('-') && !label.ends_with('-')
    };
    let ending = domain.rsplit('.').next().unwrap_or_default();
    let ends = ending.len() >= 2 && ending.chars().all(|c| c.is_ascii_alphabetic())
        || ending.to_ascii_lowercase().starts_with("xn--");
    (1..=LONGEST_LOCAL).contains(&local.len())
        && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(plain))
        && domain.contains('.')
        && domain.split('.').all(label)
        && ends
        && format!("{local}@{domain}").parse::<lettre::Address>().is_ok()
}

/// The name of a domain as servers know it: `müller.de` is `xn--mller-kva.de` (RFC 5891). Nothing for none.
fn ascii_domain(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.to_owned());
    }
    // Letters of two scripts in one name are a slip or a trick.
    let is_mixed = |label: &str| {
        let other = |c: char| !c.is_ascii() && !('\u{c0}'..='\u{24f}').contains(&c);
        label.contains(|c: char| c.is_ascii_alphabetic()) && label.contains(other)
    };
    (!domain.split('.').any(is_mixed)).then(|| idna::domain_to_ascii(domain).ok()).flatten()
}

/// The address as it is given to a mail server: as typed, but for the domain.
pub fn for_delivery(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    format!("{local}@{}", ascii_domain(domain).unwrap_or_else(|| domain.to_owned()))
}

/// A `mailto:` link in which no character of the address means anything else.
pub fn link(address: &str) -> String {
    let mut link = "mailto:".to_owned();
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'@' | b'.' | b'-' | b'_' => link.push(byte.into()),
            byte => link += &format!("%{byte:02X}"),
        }
    }
    link
}

/// The address of a form that may have been asked about it: what was meant counts only while what is typed is still
/// what was asked about.
pub fn meant(fields: &Fields) -> String {
    let typed = fields.text("email");
    let meant = fields.text("email_meant");
    let unchanged = one_line(&typed) == one_line(&fields.text("email_queried"));
    if unchanged && !meant.is_empty() { meant } else { typed }
}

/// What was checked, or what to mend: the question about a likely slip in an address that has no other fault is a part
/// of that, unless the same address was queried before. Every form that takes an address asks through this.
pub fn ask<T>(
    checked: Result<T, FieldErrors>,
    typed: &str,
    queried: &str,
    question: &str,
) -> Result<T, FieldErrors> {
    let Some(meant) = to_query(typed, queried) else { return checked };
    let mut errors = checked.err().unwrap_or_default();
    if errors.of("email").is_empty() {
        errors.add_question(question, meant);
    }
    Err(errors)
}

/// The question to the person whose address it is.
pub const DID_YOU_MEAN: &str = "Check your email address: did you mean";

/// What was probably meant, when the address looks like a slip and was not queried before.
pub fn to_query(typed: &str, queried: &str) -> Option<String> {
    suggestion(&address_in(typed)).filter(|_| one_line(queried) != one_line(typed))
}

/// What was probably meant, when the address looks like a slip. Only a person can say.
pub fn suggestion(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let tidy = |part: &str| {
        let parts: Vec<&str> = part.split('.').filter(|piece| !piece.is_empty()).collect();
        parts.join(".")
    };
    let meant_domain = likely_domain(&tidy(&domain.to_lowercase().replace(',', ".")));
    let meant = format!("{}@{meant_domain}", tidy(local));
    let same = for_delivery(&meant).eq_ignore_ascii_case(&for_delivery(address));
    (!same && is_address(&meant)).then_some(meant)
}

fn likely_domain(domain: &str) -> String {
    let mut domain = domain.to_owned();
    for (wrong, right) in WRONG_ENDINGS {
        if let Some(stem) = domain.strip_suffix(wrong) {
            domain = format!("{stem}{right}");
            break;
        }
    }
    if COMMON_DOMAINS.contains(&domain.as_str()) || NOT_TYPOS.contains(&domain.as_str()) {
        return domain;
    }
    let near =
        COMMON_DOMAINS.iter().filter(|common| common.len() >= 7).find(|common| one_slip(common, &domain));
    near.map_or(domain, |common| (*common).to_owned())
}

/// True when one letter was missed, added or changed, or two neighbours were swapped.
fn one_slip(meant: &str, typed: &str) -> bool {
    strsim::osa_distance(meant, typed) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_likely_slip_is_queried_once() {
        let slip = "ada@hotmial.co.uk";
        assert_eq!(to_query(slip, "").as_deref(), Some("ada@hotmail.co.uk"));
        assert_eq!(to_query(slip, "ada@hotmial.co.uk"), None);
        assert!(to_query(slip, "other@hotmial.co.uk").is_some());
    }

    #[test]
    fn the_question_about_a_slip_stands_among_what_is_to_be_mended() {
        let to_mend = |checked| ask(checked, "ada@hotmial.co.uk", "", DID_YOU_MEAN).err().unwrap();
        let asked = to_mend(Ok(()));
        assert_eq!(asked.of("email"), "Check your email address: did you mean ada@hotmail.co.uk?");
        assert_eq!(asked.email_meant(), "ada@hotmail.co.uk");
        let mut errors = FieldErrors::default();
        errors.add("name", "Enter your full name");
        let fields: Vec<_> = to_mend(Err(errors)).iter().map(|error| error.field).collect();
        assert_eq!(fields, ["name", "email"]);
        assert_eq!(ask(Ok(1), "ada@hotmail.co.uk", "", DID_YOU_MEAN), Ok(1));
    }

    #[test]
    fn addresses_that_mail_can_reach_are_kept_as_typed() {
        for good in [
            "Ada.Lovelace+back@Example.org",
            " a@b.co ",
            "o'neill@example.com",
            "x_y-z@sub.example.co.uk",
            "x@müller.de",
            "jack&jill@example.org",
        ] {
            assert_eq!(check(good).as_deref(), Ok(good.trim()), "{good}");
        }
    }

    #[test]
    fn the_address_is_taken_out_of_what_was_pasted_around_it() {
        for (typed, address) in [
            ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com"),
            ("jane@example。com", "jane@example.com"),
            ("mailto:x@example.org", "x@example.org"),
            ("MAILTO: x@example.org?subject=Hello", "x@example.org"),
            ("Email: x@example.org", "x@example.org"),
            ("e-mail address: x@example.org", "x@example.org"),
            ("Work: x@example.org", "x@example.org"),
            ("https://x@example.org/", "x@example.org"),
            ("x@example.org (my daughter's)", "x@example.org"),
            ("Jane <jane@example.org>", "jane@example.org"),
            ("\"Doe, Jane\" <mailto:jane@example.org>;", "jane@example.org"),
            ("<jane@example.org>", "jane@example.org"),
            ("(jane@example.org)", "jane@example.org"),
            ("'jane@example.org'", "jane@example.org"),
            ("“jane@example.org”", "jane@example.org"),
            ("jane@example.org.", "jane@example.org"),
            ("jane@example.org,", "jane@example.org"),
            ("jane@example.org ;", "jane@example.org"),
            ("jane@example.org!", "jane@example.org"),
            ("jane@example.org .\u{a0}", "jane@example.org"),
            ("jane @ example.org", "jane@example.org"),
            ("'t.hooft@example.org", "'t.hooft@example.org"),
        ] {
            assert_eq!(check(typed).as_deref(), Ok(address), "{typed}");
            assert_eq!(to_query(typed, ""), None, "{typed}");
        }
        assert_eq!(to_query("Jane <jane@gmial.com>", "").as_deref(), Some("jane@gmail.com"));
        assert_eq!(to_query("Jane <jane@gmial.com>", "Jane <jane@gmial.com>"), None);
        assert!(check("jané@example.org").unwrap_err().contains("a to z before the @"));
        let two = "jane@example.org, john@example.org";
        assert_eq!(check(two), Err("Enter one email address, like name@example.com".into()));
    }

    #[test]
    fn a_server_is_given_a_domain_in_its_own_letters() {
        assert_eq!(for_delivery("x@müller.de"), "x@xn--mller-kva.de");
        assert_eq!(for_delivery("Ada@Example.org"), "Ada@Example.org");
    }

    #[test]
    fn nothing_in_an_address_means_anything_else_in_a_link() {
        assert_eq!(link("ada@example.org"), "mailto:ada@example.org");
        assert_eq!(link("a+b?bcc=x#'&%@example.org"), "mailto:a%2Bb%3Fbcc%3Dx%23%27%26%25@example.org");
    }

    #[test]
    fn what_is_not_an_address_is_told_what_one_looks_like() {
        for bad in [
            "ada",
            "ada@",
            "@example.org",
            "ada@localhost",
            "a b@example.org",
            "Ada <b@example.org> <ada@example.org>",
            "ada@exa mple.org",
            "ada@example.org, b@example.org",
            "ada@example.org\u{0430}",
        ] {
            assert!(check(bad).unwrap_err().contains("name@example.com"), "{bad}");
        }
        assert_eq!(check("\u{200d} "), Err("Enter your email address".into()));
        assert!(check(&format!("{}@example.org", "a".repeat(300))).unwrap_err().contains("254"));
    }

    #[test]
    fn likely_slips_are_queried() {
        for (typed, meant) in [
            ("ada@hotmial.co.uk", "ada@hotmail.co.uk"),
            ("ada@gmial.com", "ada@gmail.com"),
            ("ada@gmal.com", "ada@gmail.com"),
            ("ada@gmaill.com", "ada@gmail.com"),
            ("ada@example.con", "ada@example.com"),
            ("ada@example.couk", "ada@example.co.uk"),
            ("ada@hotmail..com", "ada@hotmail.com"),
            ("ada..l@example.org", "ada.l@example.org"),
            ("ada@outlok.com", "ada@outlook.com"),
            ("ada@yahooo.co.uk", "ada@yahoo.co.uk"),
            ("ada@btinternet,com", "ada@btinternet.com"),
        ] {
            assert_eq!(suggestion(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn good_addresses_are_not_queried() {
        for good in [
            "ada@gmail.com",
            "Ada@GMAIL.com",
            "ada@mail.com",
            "ada@example.org",
            "ada@nhs.net",
            "ada@me.com",
            "ada@nhs.uk",
            "ada@live.ie",
            "x@MÜLLER.DE",
            "x@Müller.de",
            "x@ПОЧТА.РФ",
            "x@Почта.рф",
            "x@例え.JP",
            "x@XN--MLLER-KVA.de",
            "no-at-sign",
        ] {
            assert_eq!(suggestion(good), None, "{good}");
        }
    }

    #[test]
    fn every_common_domain_is_itself() {
        for domain in COMMON_DOMAINS {
            assert_eq!(suggestion(&format!("a@{domain}")), None);
        }
    }
}
