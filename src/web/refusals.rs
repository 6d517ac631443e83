//! Answers what hyper refuses before there is a request, with our headers and a page in words.
//!
//! hyper writes its 400, 414 and 431 itself, without a body. Between it and the socket stands this, which puts an answer
//! of ours in their place.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::web::page::HTML;
use crate::web::security::Headers;
use crate::web::site::Site;

/// A header of every answer of ours, and of none of hyper's own.
const OURS: &[u8] = b"content-security-policy";

/// The answers to malformed and oversized requests. Cheap to clone.
#[derive(Clone)]
pub struct Refusals {
    headers: Headers,
    page: Arc<str>,
}

impl Refusals {
    pub fn new(site: &Site) -> Refusals {
        let (name, phone, dial) = (&site.clinic.site, &site.clinic.phone, site.clinic.phone_link());
        let page = format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<title>We could not read that – {name}</title>\n\
             <h1>We could not read that</h1>\n<p>What your browser sent is too large, or not what this site understands. \
             Nothing was sent to the clinic.</p>\n<p>Go to the <a href=\"/\">first page</a>, or phone <a href=\"{dial}\">{phone}</a>.</p>\n"
        );
        Refusals { headers: Headers::new(site.is_https()), page: page.into() }
    }

    /// The same for a request that was read and names no host, or more than one (RFC 9112, 3.2).
    pub fn of_host<B>(&self, request: &Request<B>) -> Option<Response> {
        let named = request.headers().get_all(header::HOST).iter().count();
        let must_name = request.version() != Version::HTTP_10;
        let right = named == 1 || named == 0 && !must_name;
        (!right).then(|| self.page(StatusCode::BAD_REQUEST))
    }

    fn page(&self, status: StatusCode) -> Response {
        let kind = [(header::CONTENT_TYPE, HTML), (header::CONNECTION, "close")];
        let mut response = (status, kind, Body::from(self.page.to_string())).into_response();
        self.headers.add_to(&mut response);
        response
    }

    /// The bytes in place of an answer of hyper's own; nothing for one of ours.
    fn instead_of(&self, written: &[u8]) -> Option<Bytes> {
        // "HTTP/1.1 431 …"
        let digits = written.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5))?;
        if digits[0] != b'4' || written.windows(OURS.len()).any(|part| part.eq_ignore_ascii_case(OURS)) {
            return None;
        }
        let status = StatusCode::from_bytes(digits).ok()?;
        let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", self.page.len());
        for (name, value) in self.page(status).headers() {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
        }
        Some(Bytes::from(format!("{head}\r\n{}", self.page)))
    }

    /// The socket, with our answers in place of hyper's own.
    pub fn on<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> TokioIo<Refusing<S>> {
        TokioIo::new(Refusing { stream, refusals: self.clone(), instead: Bytes::new(), swallowed: 0 })
    }
}

pub struct Refusing<S> {
    stream: S,
    refusals: Refusals,
    /// What is still to be written in place of `swallowed` bytes.
    instead: Bytes,
    swallowed: usize,
}

impl<S: AsyncWrite + Unpin> Refusing<S> {
    /// Writes what stands in the place of these bytes, if anything does.
    fn write_instead(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<Option<usize>>> {
        if self.instead.is_empty() {
            let Some(instead) = self.refusals.instead_of(bytes) else { return Poll::Ready(Ok(None)) };
            (self.instead, self.swallowed) = (instead, bytes.len());
        }
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            let _ = self.instead.split_to(written);
        }
        Poll::Ready(Ok(Some(self.swallowed)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Refusing<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match ready!(this.write_instead(cx, bytes))? {
            Some(written) => Poll::Ready(Ok(written)),
            None => Pin::new(&mut this.stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let first = parts.iter().find(|part| !part.is_empty()).map_or(&[][..], |part| part);
        match ready!(this.write_instead(cx, first))? {
            Some(written) => Poll::Ready(Ok(written)),
            None => Pin::new(&mut this.stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Refusing<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, to)
    }
}
