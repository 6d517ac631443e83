//! Thousands of generated bodies for every address that takes a post, by everyone who may post: whatever comes is answered,
//! and nothing that was taken makes a page fail.

mod bodies;
mod forms;

use std::collections::BTreeMap;
use std::fmt::Write;

use axum::http::{Request, header};
use fastrand::Rng;

use crate::generated_posts::bodies::{Body, Fields, body};
use crate::generated_posts::forms::{Form, Person, people};
use crate::public_posts::every_post;
use crate::support::Site;

/// Enough for each address to be sent each kind of body.
const USUAL: usize = 2000;
/// What one post does is undone after so many: an account may be disabled, or everything erased.
const ON_ONE_COPY: usize = 100;

/// `MYBACKPAIN_POSTS=100000` sends so many.
fn posts() -> usize {
    std::env::var("MYBACKPAIN_POSTS").map_or(USUAL, |posts| posts.parse().expect("a number of posts"))
}

/// True when an address is one of a route, such as `/staff/mail/{id}`.
fn is_of(path: &str, route: &str) -> bool {
    let path = path.split('?').next().unwrap();
    path.split('/').count() == route.split('/').count()
        && path.split('/').zip(route.split('/')).all(|(is, ought)| ought.starts_with('{') || is == ought)
}

/// An address of a route that no page leads to.
fn invented(chance: &mut Rng, route: &str, links: &[String]) -> String {
    let pieces: Vec<&str> = links.iter().flat_map(|link| link.split('/').skip(1)).collect();
    let odd = [
        "1",
        "0",
        "-1",
        "9223372036854775807",
        "99999999999999999999",
        "x",
        "%00",
        "%ff",
        "BP-2222-3333",
        "é",
    ];
    let mut segment = |ought: &str| match chance.u8(..4) {
        _ if !ought.starts_with('{') => ought.to_owned(),
        0 => odd[chance.usize(..odd.len() - 1)].to_owned(),
        _ => pieces[chance.usize(..pieces.len())].to_owned(),
    };
    route.split('/').map(&mut segment).collect::<Vec<_>>().join("/")
}

struct World {
    /// The last three are signed in to the desk.
    people: Vec<Person>,
    links: Vec<String>,
    routes: Vec<String>,
    /// Names of fields of any form.
    names: Vec<String>,
}

/// What is posted, and by whom.
struct Post<'w> {
    path: String,
    person: &'w Person,
    body: Body,
}

impl World {
    fn post(&self, number: usize) -> Post<'_> {
        let mut chance = Rng::with_seed(number as u64);
        let route = &self.routes[number % self.routes.len()];
        let meet: Vec<(&Person, &Form)> = self
            .people
            .iter()
            .flat_map(|person| person.forms.iter().map(move |form| (person, form)))
            .filter(|(_, form)| is_of(&form.path, route))
            .collect();
        let first =
            if route.starts_with("/staff/") && chance.u8(..10) > 1 { self.people.len() - 3 } else { 0 };
        let anyone = &self.people[chance.usize(first..self.people.len())];
        let none = Fields::new();
        let (person, path, fields) = match meet.get(chance.usize(..meet.len().max(1))) {
            Some((person, form)) if chance.u8(..10) > 0 => (*person, form.path.clone(), &form.fields),
            found => {
                let fields = found.map_or(&none, |(_, form)| &form.fields);
                (anyone, invented(&mut chance, route, &self.links), fields)
            }
        };
        Post { path, person, body: body(&mut chance, fields, &self.names) }
    }
}

impl Post<'_> {
    fn request(&self) -> Request<axum::body::Body> {
        let mut request = Request::post(&self.path).header("sec-fetch-site", "same-origin");
        if !self.body.kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, self.body.kind);
        }
        if let Some(cookie) = &self.person.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request.body(self.body.bytes.clone().into()).unwrap()
    }
}

#[tokio::test]
async fn whatever_is_posted_anywhere_by_anyone_is_answered_and_breaks_no_page() {
    let site = Site::of_content(&[]).await;
    let (people, links) = people(&site).await;
    let mut names: Vec<String> = people
        .iter()
        .flat_map(|person| &person.forms)
        .flat_map(|form| &form.fields)
        .map(|(name, _)| name.clone())
        .collect();
    names.sort();
    names.dedup();
    let world = World { people, links, names, routes: every_post().into_iter().collect() };
    let unmet: Vec<&String> = world
        .routes
        .iter()
        .filter(|route| {
            !world.people.iter().any(|person| person.forms.iter().any(|form| is_of(&form.path, route)))
        })
        .collect();
    println!("{} routes, of which no page led to {unmet:?}", world.routes.len());
    let (mut answers, mut wrong) = (BTreeMap::<u16, usize>::new(), String::new());
    let (mut copy, mut strangers) = (site.copied().await, 0);
    for number in 0..posts() {
        if number % ON_ONE_COPY == ON_ONE_COPY - 1 {
            pages_are_shown(&world, &copy, number, &mut wrong).await;
            copy = site.copied().await;
        }
        let post = world.post(number);
        let answer = copy.send(post.request()).await;
        strangers += usize::from(answer.location().starts_with("/staff/sign-in"));
        *answers.entry(answer.status.as_u16()).or_default() += 1;
        if !(200..500).contains(&answer.status.as_u16()) {
            let sent = String::from_utf8_lossy(&post.body.bytes[..post.body.bytes.len().min(600)]);
            writeln!(wrong, "{number}: {} for {} {:?}: {sent:?}", answer.status, post.path, post.body.kind)
                .unwrap();
        }
    }
    println!("{answers:?}, of them {strangers} sent to sign in");
    assert_eq!(wrong, "");
    assert!(strangers * 3 < posts(), "most are refused before anything reads them");
}

/// After what was taken, what everyone opens is there.
async fn pages_are_shown(world: &World, copy: &Site, number: usize, wrong: &mut String) {
    let desk = ["/staff", "/staff/calls", "/staff/diary", "/staff/mail", "/staff/people", "/staff/insights"];
    let person = &world.people[number / ON_ONE_COPY % world.people.len()];
    for path in world.links.iter().map(String::as_str).chain(desk) {
        let request = Request::get(path).header(header::COOKIE, person.cookie.as_deref().unwrap_or("none"));
        let shown = copy.send(request.body(axum::body::Body::empty()).unwrap()).await;
        if shown.status.is_server_error() {
            writeln!(wrong, "after {number}: {} for {path}", shown.status).unwrap();
        }
    }
}
