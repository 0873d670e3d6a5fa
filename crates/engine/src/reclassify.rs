//! Looks again at the messages that are here when the table of voice mail systems has changed: by a
//! new version of Aloud, or by the user's own `vendors.toml`; and at delivery reports when a
//! migration of the database asks for it.
//!
//! Runs before the first pass of an engine, the newest messages first; what could not be finished is
//! begun again by the next one. Nothing is fetched for it. Test: `tests/cli/mail.rs`.

use sha2::{Digest, Sha256};

use super::{
    Engine, Event,
    errors::Result,
    store::{Store, blocking, classify::Known, messages, meta},
};
use aloud_message::vendors::Table;
use aloud_model::MessageKey;

/// Tells one table from another.
fn fingerprint() -> Vec<u8> {
    // Its fields in order; nothing reads this back.
    Sha256::digest(format!("{:?}", Table::current())).to_vec()
}

/// Looks again where needed, once an engine.
pub(crate) async fn when_needed(engine: &Engine) {
    let once = &engine.inner.reclassified;
    once.get_or_init(|| async {
        if let Err(error) = run(engine).await {
            tracing::warn!(%error, "messages could not be looked at again");
        }
    })
    .await;
}

/// Looks at all messages again, if the table is another one than last time.
pub(crate) async fn run(engine: &Engine) -> Result<()> {
    let _one = engine.inner.looking.lock().await;
    let store = &engine.inner.store;
    let now = fingerprint();
    let known = store.read(|c| meta::get(c, meta::VENDORS)).await?;
    let same_table = known.as_deref() == Some(now.as_slice());
    let reports = store.read(|c| meta::get(c, meta::REREAD_REPORTS)).await?.is_some();
    if same_table && !reports {
        return Ok(());
    }
    let keys = store.read(move |c| messages::looked_into(c, same_table)).await?;
    let any = !keys.is_empty();
    for key in keys {
        if engine.inner.cancel.is_cancelled() {
            return Ok(());
        }
        let store = store.clone();
        let looked = blocking(move || look(&store, key)).await;
        if let Err(error) = looked {
            // Gone meanwhile, or its file is: the next pass sees to that.
            tracing::debug!(%key, %error, "not looked at again");
        }
    }
    if any {
        engine.tell(Event::Resync);
    }
    store
        .write(move |t| {
            meta::set(t, meta::REREAD_REPORTS, None)?;
            meta::set(t, meta::VENDORS, Some(&now))
        })
        .await
}

/// Looks at one message again.
pub(crate) fn look(store: &Store, key: MessageKey) -> Result<Vec<MessageKey>> {
    let (raw, have) = store.raw(key)?;
    store.learn(key, raw, if have.complete { Known::Whole } else { Known::Prefix })
}
