//! Knows one mailbox by its many spellings: what each mail system makes of an address.

use crate::web::form::email::for_delivery;

/// Characters of a local part that a provider ignores.
type Ignored = &'static [char];

/// The address as mail systems most often see it, to know what is nearly the same: no case, no dots and no +tag before
/// the at sign. For comparing only; mail goes to the address as typed.
pub fn comparable(address: &str) -> String {
    compared(address, first_name, |domain| match ignored_by(domain) {
        [] => &['.'],
        ignored => ignored,
    })
}

/// The address as its own mail system sees it, to know the same mailbox again: dots are ignored only where the provider
/// ignores them, so that nobody acts for the owner of a look-alike.
pub fn mailbox(address: &str) -> String {
    compared(address, first_name, ignored_by)
}

/// Both as an older version saw them, in whose words stops are stored: a stop holds for ever.
pub fn as_before(address: &str) -> [String; 2] {
    let dots = |domain: &str| -> Ignored { if domain == "gmail.com" { &['.'] } else { &[] } };
    [compared(address, known_before, dots), compared(address, known_before, |_| &['.'])]
}

fn ignored_by(domain: &str) -> Ignored {
    match domain {
        "gmail.com" => &['.'],
        // Proton's help, "How to change your username": ". _ -" are transparent, and nobody else gets the name.
        "proton.me" => &['.', '-', '_'],
        _ => &[],
    }
}

/// The first of the domains under which a local part is one mailbox.
fn first_name(domain: &str) -> &str {
    match domain {
        // Proton's help, "Addresses and aliases": a name is one person's under all of them.
        "protonmail.com" | "protonmail.ch" | "pm.me" => "proton.me",
        // Apple's help, 118230, "About your @icloud.com, @me.com, and @mac.com email addresses".
        "me.com" | "mac.com" => "icloud.com",
        other => known_before(other),
    }
}

fn known_before(domain: &str) -> &str {
    if domain == "googlemail.com" { "gmail.com" } else { domain }
}

fn compared(address: &str, first_name: fn(&str) -> &str, ignored: impl Fn(&str) -> Ignored) -> String {
    let address = for_delivery(&address.to_lowercase());
    let (local, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
    let domain = first_name(domain);
    let untagged = local.split('+').next().unwrap_or(local);
    let known = untagged.replace(ignored(domain), "");
    // What is all tag or dots is no other spelling of nothing.
    let plain = if known.is_empty() { local } else { &known };
    format!("{plain}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mailbox_is_known_again() {
        assert_eq!(comparable("A.d.a+x@Gmail.com"), comparable("ada@gmail.com"));
        assert_ne!(comparable("ada@gmail.com"), comparable("ada@example.org"));
        assert_eq!(comparable("A.da@GoogleMail.com"), comparable("ada@gmail.com"));
        assert_ne!(comparable("+one@example.org"), comparable("+other@example.org"));
    }

    #[test]
    fn dots_make_another_mailbox_but_for_the_provider_that_ignores_them() {
        assert_ne!(mailbox("jane.doe@outlook.com"), mailbox("janedoe@outlook.com"));
        assert_eq!(mailbox("Jane.Doe+x@outlook.com"), mailbox("jane.doe@outlook.com"));
        assert_eq!(mailbox("A.d.a@GoogleMail.com"), mailbox("ada@gmail.com"));
    }

    #[test]
    fn one_mailbox_has_several_domains_where_its_provider_says_so() {
        for other in ["k4ann@protonmail.com", "K4-ann@pm.me", "k4_a.nn+x@proton.me"] {
            assert_eq!(mailbox(other), mailbox("k4.ann@proton.me"), "{other}");
        }
        assert_eq!(mailbox("Ann.Lee@me.com"), mailbox("ann.lee@icloud.com"));
        assert_ne!(mailbox("annlee@icloud.com"), mailbox("ann.lee@icloud.com"));
        assert_eq!(as_before("k4.ann@pm.me")[0], "k4.ann@pm.me");
    }
}
