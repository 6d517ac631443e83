//! Cookies that hold a random token: for this host alone, and out of reach of scripts.

use axum_extra::extract::cookie::{Cookie, CookieJar};

/// A cookie of this site.
pub struct TokenCookie {
    /// Its name over http.
    pub name: &'static str,
    /// Its name over https: with `__Host-`, browsers insist on a secure cookie of this host.
    pub secure_name: &'static str,
    /// Where it is sent over http. `__Host-` asks for "/".
    pub path: &'static str,
    /// Seconds that it is kept; nothing until the browser is closed.
    pub lasts: Option<i64>,
}

impl TokenCookie {
    pub fn with(&self, https: bool, token: &str) -> Cookie<'static> {
        let path = if https { "/" } else { self.path };
        private_cookie(self.name(https), token, path, self.lasts, https)
    }

    /// The cookie that takes this one away.
    pub fn removal(&self, https: bool) -> Cookie<'static> {
        let mut gone = self.with(https, "");
        gone.make_removal();
        gone
    }

    /// The token that the browser sent, if it did.
    pub fn token<'j>(&self, jar: &'j CookieJar, https: bool) -> Option<&'j str> {
        Some(jar.get(self.name(https))?.value())
    }

    fn name(&self, https: bool) -> &'static str {
        if https { self.secure_name } else { self.name }
    }
}

/// A cookie of letters, digits and hyphens, out of reach of scripts. Lax, so that a link in a mail opens what it is for.
pub fn private_cookie(
    name: &str,
    value: &str,
    path: &str,
    lasts: Option<i64>,
    https: bool,
) -> Cookie<'static> {
    let lasts = lasts.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if https { "; Secure" } else { "" };
    Cookie::parse(format!("{name}={value}; HttpOnly; SameSite=Lax; Path={path}{lasts}{secure}"))
        .expect("letters, digits and hyphens make a cookie")
}
