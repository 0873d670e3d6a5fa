//! Where the engine and the audio thread meet iced: facts and states become subscriptions,
//! questions become tasks. The only module that names both sides.

use std::hash::{Hash, Hasher};

use futures::{Stream, stream};
use iced::{Subscription, Task};
use tokio::sync::broadcast::error::RecvError;

use crate::{
    audio::{self, Audio},
    engine::{self, Engine, Event},
};

/// A feed is told apart from others by its type and a number, so that it lives as long as its
/// source and ends when the window turns to another one.
struct Feed<T>(T, u64);

impl<T: 'static> Hash for Feed<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (std::any::TypeId::of::<T>(), self.1).hash(state);
    }
}

/// Every fact of the engine with this number. A feed that lagged says [`Event::Resync`].
pub fn events(engine: &Engine, number: u64) -> Subscription<Event> {
    Subscription::run_with(Feed(engine.clone(), number), |feed| event_stream(feed.0.events()))
}

fn event_stream(
    receiver: tokio::sync::broadcast::Receiver<Event>,
) -> impl Stream<Item = Event> + use<> {
    stream::unfold(receiver, |mut receiver| async move {
        match receiver.recv().await {
            Ok(event) => Some((event, receiver)),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the window lagged behind the engine");
                Some((Event::Resync, receiver))
            }
            Err(RecvError::Closed) => None,
        }
    })
}

/// The state of the audio thread, whenever it changed.
pub fn sound(audio: &Audio) -> Subscription<audio::State> {
    Subscription::run_with(Feed(audio.clone(), 0), |feed| {
        stream::unfold(feed.0.state(), |mut state| async move {
            state.changed().await.ok()?;
            let seen = state.borrow_and_update().clone();
            Some((seen, state))
        })
    })
}

/// The system asks the program to end: SIGTERM (a session that ends), SIGINT (Ctrl+C in a terminal).
pub fn end_of_session() -> Subscription<()> {
    Subscription::run(|| {
        stream::unfold((), |()| async {
            asked_to_end().await?;
            Some(((), ()))
        })
    })
}

/// Waits for the next such request; `None` where the system tells none.
#[cfg(unix)]
async fn asked_to_end() -> Option<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate()).ok()?;
    let mut interrupt = signal(SignalKind::interrupt()).ok()?;
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    Some(())
}

#[cfg(not(unix))]
async fn asked_to_end() -> Option<()> {
    tokio::signal::ctrl_c().await.ok()
}

/// Asks the engine something. Without one (in tests) nothing happens.
pub fn ask<T, M, F>(
    engine: Option<&Engine>,
    question: impl FnOnce(Engine) -> F,
    message: impl Fn(Result<T, engine::Error>) -> M + Send + 'static,
) -> Task<M>
where
    T: Send + 'static,
    M: Send + 'static,
    F: Future<Output = Result<T, engine::Error>> + Send + 'static,
{
    match engine {
        Some(engine) => Task::perform(question(engine.clone()), message),
        None => Task::none(),
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    #[test]
    fn a_feed_that_lagged_asks_for_everything() {
        let (sender, receiver) = tokio::sync::broadcast::channel(2);
        for _ in 0..5 {
            sender.send(Event::OutboxChanged).expect("a receiver");
        }
        drop(sender);
        let events: Vec<Event> = futures::executor::block_on(event_stream(receiver).collect());
        assert_eq!(events, [Event::Resync, Event::OutboxChanged, Event::OutboxChanged]);
    }
}
