//! The site as passkeys know it: a name of a host, and one origin.

/// Passkeys are bound to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RelyingParty {
    /// The host of the base URL, in letters that a name server takes.
    pub id: String,
    /// As browsers say where a page comes from.
    pub origin: String,
}

impl RelyingParty {
    /// Nothing where browsers have no passkeys: on http, but for localhost, and where the host is a number.
    pub fn of(base_url: &str) -> Option<RelyingParty> {
        let (scheme, authority) = base_url.split_once("://")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => (host, port),
            _ => (authority, ""),
        };
        let id = idna::domain_to_ascii(host).ok()?;
        let last = id.rsplit('.').next().unwrap_or_default();
        let is_number =
            last.is_empty() || last.bytes().all(|letter| letter.is_ascii_digit()) || id.contains(':');
        let usual = if scheme == "https" { "443" } else { "80" };
        let has_passkeys = scheme == "https" || (scheme == "http" && id == "localhost");
        let port = if port.is_empty() || port == usual { String::new() } else { format!(":{port}") };
        (has_passkeys && !is_number).then(|| RelyingParty { origin: format!("{scheme}://{id}{port}"), id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_secure_site_with_a_name_has_passkeys() {
        for (base_url, id, origin) in [
            ("https://Desk.example.org", "desk.example.org", "https://desk.example.org"),
            ("https://desk.example.org:443", "desk.example.org", "https://desk.example.org"),
            ("https://desk.example.org:8443", "desk.example.org", "https://desk.example.org:8443"),
            ("https://rücken.example", "xn--rcken-kva.example", "https://xn--rcken-kva.example"),
            ("http://localhost", "localhost", "http://localhost"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
        ] {
            let party = RelyingParty { id: id.to_owned(), origin: origin.to_owned() };
            assert_eq!(RelyingParty::of(base_url), Some(party), "{base_url}");
        }
        for none in [
            "http://desk.example.org",
            "http://127.0.0.1:8080",
            "https://192.0.2.7",
            "https://[2001:db8::1]:8443",
            "https://",
            "",
        ] {
            assert_eq!(RelyingParty::of(none), None, "{none}");
        }
    }
}
