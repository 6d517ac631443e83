//! Which feature answers which address, and what wraps every answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use axum_client_ip::ClientIpSource;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};

use crate::desk::state::DeskMemory;
use crate::desk::{data_rights, mail, page_reviews};
use crate::library::Library;
use crate::library::pages::RenderedPages;
use crate::operations::alarms;
use crate::patients::{assessment, complaints, corrections, reports, usefulness};
use crate::storage::clock::seconds;
use crate::web::answer_counts::{CONTENT_PAGE, NO_ROUTE};
use crate::web::app::App;
use crate::web::counts::count_marks;
use crate::web::security::{Headers, allow_passkeys, refuse_posts_of_unknown_origin};
use crate::web::site::Site;
use crate::web::{canonical_path, error, icons, public_posts, static_files};
use crate::{desk, library, patients, staff};

/// The longest form: everything the site asks for fits many times over.
const LARGEST_BODY: usize = 32 * 1024;
const BODY_DEADLINE: Duration = Duration::from_secs(10);
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// The whole site. `client_ip` says where a visitor's network is read from.
pub fn router(
    app: App,
    rendered_pages: Arc<RenderedPages>,
    memory: &DeskMemory,
    client_ip: ClientIpSource,
) -> anyhow::Result<Router> {
    let library = rendered_pages.library().clone();
    app.site.metrics.content_is_read(seconds(app.clock.now()));
    let desk = Router::new()
        .merge(desk::sign_in::routes(app.clone()))
        .merge(desk::passkeys::routes(app.clone()))
        .merge(desk::components::routes(app.clone()))
        .merge(desk::saved_replies::routes(app.clone()))
        .merge(desk::absences::routes(app.clone()))
        .merge(desk::routes(app.clone(), library.clone(), memory))
        .merge(mail::pages::routes(app.clone()))
        .merge(page_reviews::pages::routes(app.clone(), rendered_pages.clone()))
        .merge(page_reviews::sign_off::routes(app.clone(), rendered_pages.clone()))
        .merge(desk::corrections::routes(app.clone(), library.clone()))
        .merge(desk::csv::routes(app.clone()))
        .merge(desk::diary::routes(app.clone()))
        .merge(desk::calendar_addresses::routes(app.clone()))
        .merge(desk::insights::pages::routes(app.clone(), library.clone()))
        .merge(desk::complaints::routes(app.clone()))
        .merge(data_rights::pages::routes(app.clone()))
        .layer(middleware::from_fn_with_state(app.clone(), alarms::before_the_desk))
        .layer(middleware::from_fn_with_state(app.clone(), staff::session_guard::keep))
        .layer(middleware::from_fn(refuse_posts_of_unknown_origin))
        .layer(middleware::map_response(allow_passkeys));
    let csrf = CsrfLayer::new().add_trusted_origin(app.site.base_url.clone())?;
    let headers = Headers::new(app.site.is_https());
    let counted = app.clone();
    let wrapped = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(counted, count_answers))
        .layer(middleware::from_fn_with_state(headers, add_headers))
        .layer(middleware::from_fn_with_state(app.clone(), error::pages))
        .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_DEADLINE))
        .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(csrf)
        .layer(Extension(client_ip));
    let public = Router::new()
        .merge(
            library::pages::routes(app.clone(), rendered_pages.clone())
                .layer(middleware::map_response(as_content_page)),
        )
        .merge(library::contact_page::routes(app.clone()))
        .merge(static_files::routes())
        .merge(icons::routes(&app.site))
        .merge(assessment::pages::routes(app.clone(), library.clone()))
        .merge(patients::summaries::routes(app.clone(), library.clone()))
        .merge(patients::consultations::pages::routes(app.clone(), library.clone()))
        .merge(complaints::pages::routes(app.clone()))
        .merge(reports::pages::routes(app.clone(), library.clone()))
        .merge(corrections::pages::routes(app.clone(), library.clone()))
        .merge(usefulness::pages::routes(app.clone(), library.clone()))
        .merge(desk::calendar_addresses::public_routes(app.clone()))
        .merge(library::feeds::routes(app.clone(), rendered_pages))
        .merge(library::search::pages::routes(app.clone(), library))
        .layer(middleware::from_fn_with_state(app.clone(), count_marks))
        .layer(middleware::from_fn_with_state(app, public_posts::bound));
    Ok(public.merge(desk).fallback(canonical_path::lead_on).layer(wrapped))
}

/// The public pages, with the forms that stand at the foot of each sheet.
pub fn rendered_pages(site: &Site, library: &Arc<Library>) -> anyhow::Result<RenderedPages> {
    let mut rendered_pages = RenderedPages::fill(site, library, |about, with_consultation| {
        let consultation = with_consultation.then(|| patients::consultations::pages::offer(about));
        [Some(reports::pages::offer(about)), consultation].into_iter().flatten().flatten().collect()
    })?;
    rendered_pages.add(assessment::FIRST_PAGE, &assessment::pages::StartPage::new(site, library))?;
    Ok(rendered_pages)
}

/// Marks an answer as one of the pages of the content, which are counted together.
#[derive(Clone, Copy)]
struct ContentPage;

async fn as_content_page(mut response: Response) -> Response {
    response.extensions_mut().insert(ContentPage);
    response
}

/// By the pattern of the route: an address may be a patient's own, and anyone may invent one.
async fn count_answers(State(app): State<App>, request: Request, next: Next) -> Response {
    let (began, method) = (Instant::now(), request.method().clone());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = match response.extensions().get::<ContentPage>() {
        Some(_) => CONTENT_PAGE,
        None => route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str),
    };
    app.site.metrics.answers.count(route, &method, response.status(), began.elapsed());
    response
}

async fn add_headers(State(headers): State<Headers>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    headers.add_to(&mut response);
    let kept = response.headers().get(header::CACHE_CONTROL);
    if kept.is_some_and(|kept| kept == crate::web::page::PRIVATE) {
        response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    }
    response
}
