//! Reply bodies that come at a pace, stop short, or never end, and that note in the log how they ended.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::connection::Hold;
use crate::log::LookGuard;

/// What comes after the last piece.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The body is complete.
    Complete,
    /// The connection is closed although more was promised.
    Cut,
    /// The connection is reset.
    Reset(Hold),
}

#[derive(Debug)]
enum Pieces {
    List(VecDeque<Bytes>),
    Endless(Bytes),
}

/// A body in pieces.
#[derive(Debug)]
pub(crate) struct PacedBody {
    pieces: Pieces,
    pace: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    ending: Ending,
    guard: Option<LookGuard>,
}

impl PacedBody {
    /// The whole text at once (in pieces only so that a slow reader is noticed).
    pub(crate) fn whole(text: &Bytes, guard: LookGuard) -> Self {
        Self::new(split(text, 64 * 1024), Duration::ZERO, Ending::Complete, guard)
    }

    /// Byte by byte.
    pub(crate) fn drip(text: &Bytes, pace: Duration, guard: LookGuard) -> Self {
        Self::new(split(text, 1), pace, Ending::Complete, guard)
    }

    /// Blanks, which JSON allows, for ever.
    pub(crate) fn endless(pace: Duration, guard: LookGuard) -> Self {
        let pieces = Pieces::Endless(Bytes::from_static(b" "));
        Self { pieces, pace, pause: None, ending: Ending::Complete, guard: Some(guard) }
    }

    /// A beginning, and then the end of the connection.
    pub(crate) fn broken(text: Bytes, ending: Ending, guard: LookGuard) -> Self {
        // The pause before the end lets the beginning out first.
        Self::new(VecDeque::from([text]), Duration::from_millis(50), ending, guard)
    }

    fn new(list: VecDeque<Bytes>, pace: Duration, ending: Ending, mut guard: LookGuard) -> Self {
        if list.is_empty() && matches!(ending, Ending::Complete) {
            guard.answered();
        }
        Self { pieces: Pieces::List(list), pace, pause: None, ending, guard: Some(guard) }
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }

    fn start_pause(&mut self) {
        if !self.pace.is_zero() {
            self.pause = Some(Box::pin(tokio::time::sleep_until(Instant::now() + self.pace)));
        }
    }

    fn next_piece(&mut self) -> Option<Bytes> {
        match &mut self.pieces {
            Pieces::List(list) => list.pop_front(),
            Pieces::Endless(piece) => Some(piece.clone()),
        }
    }

    fn is_through(&self) -> bool {
        matches!(&self.pieces, Pieces::List(list) if list.is_empty())
    }

    /// The error that makes the server drop the connection, where that is the ending.
    fn end(&mut self) -> Option<io::Error> {
        let kind = match &self.ending {
            Ending::Complete => return None,
            Ending::Cut => io::ErrorKind::UnexpectedEof,
            Ending::Reset(hold) => {
                hold.reset();
                io::ErrorKind::ConnectionReset
            }
        };
        if let Some(guard) = &mut self.guard {
            guard.broken();
        }
        Some(kind.into())
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        ready!(self.wait(cx));
        let Some(piece) = self.next_piece() else {
            return Poll::Ready(self.end().map(Err));
        };
        self.start_pause();
        if self.is_through()
            && matches!(self.ending, Ending::Complete)
            && let Some(guard) = &mut self.guard
        {
            guard.answered();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_through() && matches!(self.ending, Ending::Complete)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.pieces {
            Pieces::List(list) if matches!(self.ending, Ending::Complete) => {
                SizeHint::with_exact(list.iter().map(|piece| piece.len() as u64).sum())
            }
            _ => SizeHint::default(),
        }
    }
}

fn split(text: &Bytes, size: usize) -> VecDeque<Bytes> {
    (0..text.len()).step_by(size).map(|at| text.slice(at..text.len().min(at + size))).collect()
}
