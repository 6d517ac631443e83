//! Members of staff, signed in through the pages with password and code.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::http::StatusCode;
use mybackpain::clinic::Role;
use mybackpain::staff::second_factor::totp::Secret;
use mybackpain::staff::{NewAccount, add};

use super::{Site, Visitor};

pub const PASSWORD: &str = "three odd words here";

/// What each account of a site signs in with, besides its password.
#[derive(Default)]
pub struct Phones(Mutex<HashMap<String, Phone>>);

struct Phone {
    secret: Secret,
    last_step: i64,
    codes: Vec<String>,
}

/// One person for each role.
pub fn person(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Reception => ("Sam Reed", "sam@example.org"),
        Role::Clinician => ("Priya Shah", "priya@example.org"),
        Role::Administrator => ("Asha Okafor", "asha@example.org"),
    }
}

impl Site {
    /// A clinician, who sees everything that patients say.
    pub async fn staff(&self) -> Visitor<'_> {
        self.staff_as(Role::Clinician).await
    }

    pub async fn staff_as(&self, role: Role) -> Visitor<'_> {
        let (name, email) = person(role);
        let new = NewAccount { email: email.into(), name: name.into(), role, password: PASSWORD.into() };
        let phones = self.phones.0.lock().unwrap().contains_key(email);
        if !phones {
            add(&self.app.database, self.now(), new, None).await.unwrap().unwrap();
        }
        let mut visitor = self.visitor();
        let asked = visitor.post("/staff/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
        visitor.second_step(email).await;
        visitor
    }
}

impl Visitor<'_> {
    /// Goes from the password to the desk: sets up the app the first time, and enters a code each other time.
    pub async fn second_step(&mut self, email: &str) {
        let page = self.get("/staff/sign-in/set-up").await;
        if page.status == StatusCode::OK {
            let secret = Secret::parse(&page.first("[data-key]")).unwrap();
            let last_step = self.site.now().as_second() / 30;
            let done = self.post("/staff/sign-in/set-up", &[("code", &secret.code(last_step * 30))]).await;
            assert_eq!(done.status, StatusCode::OK, "{}", done.body);
            let phone = Phone { secret, last_step, codes: done.all("[data-code]") };
            self.site.phones.0.lock().unwrap().insert(email.to_owned(), phone);
            return;
        }
        let code = self.site.phones.code(email, self.site.now().as_second() / 30);
        let done = self.post("/staff/sign-in/code", &[("code", &code)]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    }
}

impl Phones {
    /// A code that was not used yet: of the app as long as the clock allows, then of the list.
    fn code(&self, email: &str, now: i64) -> String {
        let mut phones = self.0.lock().unwrap();
        let phone = phones.get_mut(email).expect("the second step was set up");
        let step = (phone.last_step + 1).max(now);
        if step <= now + 1 {
            phone.last_step = step;
            phone.secret.code(step * 30)
        } else {
            phone.codes.pop().expect("ten sign-ins within a minute are enough")
        }
    }

    /// The code that the app of an account shows at a step.
    pub fn shows(&self, email: &str, step: i64) -> String {
        self.0.lock().unwrap()[email].secret.code(step * 30)
    }

    pub fn recovery_code(&self, email: &str) -> String {
        self.0.lock().unwrap().get_mut(email).unwrap().codes.pop().unwrap()
    }
}
