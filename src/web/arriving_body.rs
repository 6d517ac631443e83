//! The body of a request: its connection counts as busy from the moment at which all of it has come.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::web::connections::HttpConnection;

pub struct ArrivingBody {
    body: Incoming,
    connection: Arc<HttpConnection>,
}

impl ArrivingBody {
    pub fn new(body: Incoming, connection: Arc<HttpConnection>) -> ArrivingBody {
        if body.is_end_stream() {
            connection.begin_answer();
        } else {
            connection.begin_body();
        }
        ArrivingBody { body, connection }
    }
}

impl Body for ArrivingBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || polled.is_ready() && self.body.is_end_stream() {
            self.connection.begin_answer();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
