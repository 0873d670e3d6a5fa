//! `aloud sync`, `list`, `send`, `outbox` and `--headless`: the engine from the command line.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use serde_json::json;

use super::{
    Dirs, Failure, Outcome, block_on,
    password::{Given, PasswordArgs, Secrets},
};
use crate::{
    engine::{
        Account, AccountState, Answer, Engine, Event, FailureWhy, ListQuery, ListRow, Mailbox,
        OpFailure, OperationKind, Options, OutboxRow, OutboxState, Progress, Quota, Scope, Sort,
        SyncReport,
        content::Content,
        secrets::{KeyringStore, SecretStore},
    },
    model::{AddrSpec, Importance, MailboxId, OutboxId, imap::MailboxRole},
    wording::{self, failure, figures, rows},
};

/// Rows asked for at a time.
const WINDOW: u32 = 500;

/// Arguments of `sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// One pass, then end.
    #[arg(long)]
    once: bool,
    /// One JSON object an account.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    password: PasswordArgs,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The mailbox by name or purpose (inbox, sent, archive, trash, ...); all inboxes when not
    /// given.
    #[arg(long, value_name = "M")]
    mailbox: Option<String>,
    /// Search text, with the filters from:, kind:, unheard, longer:1m, private.
    #[arg(long, default_value = "")]
    search: String,
    /// One JSON object a message.
    #[arg(long)]
    json: bool,
}

/// Arguments of `send`.
#[derive(Debug, Args)]
pub struct SendArgs {
    /// Complete messages; the account is chosen by From.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    password: PasswordArgs,
}

/// Arguments of `outbox`.
#[derive(Debug, Args)]
pub struct OutboxArgs {
    /// One JSON object a row.
    #[arg(long)]
    json: bool,
    /// Send a row now, also one that failed or may have been sent.
    #[arg(long, value_name = "ID", conflicts_with = "cancel")]
    retry: Option<i64>,
    /// Take a row back.
    #[arg(long, value_name = "ID")]
    cancel: Option<i64>,
    #[command(flatten)]
    password: PasswordArgs,
}

/// The keyring, with entries of their own for a data folder of one's own.
#[must_use]
pub fn keyring(dirs: &Dirs) -> KeyringStore {
    match Dirs::find(None) {
        Some(usual) if usual.data == dirs.data => KeyringStore::default(),
        _ => KeyringStore::for_folder(&dirs.data),
    }
}

/// What the engine is started with for these folders.
#[must_use]
pub fn options(dirs: &Dirs, secrets: Arc<dyn SecretStore>) -> Options {
    Options {
        phrases: wording::phrases::phrases(),
        vendors: Some(dirs.config.join(super::vendors::NAME)),
        clients: super::providers::load(&dirs.config),
        policy: super::policy::current(),
        ..Options::new(dirs.data.clone(), secrets)
    }
}

/// Starts an engine, runs `work` with it, and stops it in order.
///
/// # Errors
/// What `work` returns, or what kept the engine from starting.
pub fn with_engine<T>(
    dirs: &Dirs,
    given: Option<Given>,
    work: impl AsyncFnOnce(&Engine) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let secrets = Secrets::new(given, keyring(dirs));
    let options = options(dirs, secrets.store.clone());
    block_on(async move {
        let engine = Engine::start(options).await?;
        say_rebuilt(&engine, true);
        let outcome = match secrets.settle(&engine).await {
            Ok(()) => work(&engine).await,
            Err(failure) => Err(failure),
        };
        engine.shutdown().await;
        outcome
    })?
}

/// Says that the database was made anew, once; with `details` what became of the damaged one.
pub(super) fn say_rebuilt(engine: &Engine, details: bool) {
    if let Some(rebuilt) = engine.rebuilt() {
        let (fact, line) = failure::rebuilt(rebuilt);
        let line = if details { format!(" {line}") } else { String::new() };
        eprintln!("aloud: {fact}{line}");
    }
}

/// Runs `sync`.
///
/// # Errors
/// [`Failure::Failed`] when an account could not be looked at completely.
pub fn sync(args: SyncArgs, dirs: &Dirs) -> Outcome {
    let given = args.password.given()?;
    if !args.once {
        return run_headless(dirs, given);
    }
    with_engine(dirs, given, async move |engine| {
        let reports = engine.sync_once(None).await?;
        engine.drain_outbox().await?;
        let mut failed = Vec::new();
        for report in &reports {
            let faults = report.errors.iter().map(wording::failure::in_pass);
            let faults: Vec<String> = faults.collect();
            if args.json {
                println!("{}", sync_json(report, &faults));
            } else if report.mailboxes > 0 || faults.is_empty() {
                // Of an account that nobody looked at there are no numbers.
                println!("{}: {}", report.account, sync_words(report));
            }
            for aside in asides(report) {
                eprintln!("aloud: {aside}");
            }
            failed.extend(faults.iter().map(|fault| format!("{}: {fault}", report.account)));
        }
        if failed.is_empty() { Ok(()) } else { Err(Failure::Failed(failed.join("; "))) }
    })
}

/// Runs `list`.
///
/// # Errors
/// [`Failure::Failed`] when there is no such mailbox.
pub fn list(args: ListArgs, dirs: &Dirs) -> Outcome {
    with_engine(dirs, None, async move |engine| {
        let scopes = match &args.mailbox {
            None => vec![Scope::AllInboxes],
            Some(name) => mailboxes(engine, name).await?,
        };
        let all = engine.mailboxes().await?;
        let shown = |mailbox: &&Mailbox| match args.mailbox {
            None => mailbox.role == MailboxRole::Inbox,
            Some(_) => scopes.contains(&Scope::Mailbox(mailbox.id)),
        };
        tell_faults(all.iter().filter(shown));
        for scope in scopes {
            let mut query = ListQuery {
                scope,
                sort: Sort::Newest,
                search: args.search.clone(),
                offset: 0,
                limit: WINDOW,
            };
            loop {
                let page = engine.list(query.clone()).await?;
                for row in &page.rows {
                    if args.json {
                        println!("{}", row_json(row));
                    } else {
                        println!("{}", row_text(row));
                    }
                }
                query.offset += WINDOW;
                if query.offset >= page.total {
                    break;
                }
            }
        }
        Ok(())
    })
}

/// The mailboxes of all accounts with a name or purpose.
async fn mailboxes(engine: &Engine, name: &str) -> Result<Vec<Scope>, Failure> {
    let all = engine.mailboxes().await?;
    let by_name: Vec<MailboxId> =
        all.iter().filter(|m| m.name.eq_ignore_ascii_case(name)).map(|m| m.id).collect();
    let by_role = || {
        let fits = |role: MailboxRole| role_word(role).eq_ignore_ascii_case(name);
        all.iter().filter(move |m| fits(m.role)).map(|m| m.id).collect::<Vec<_>>()
    };
    let found = if by_name.is_empty() { by_role() } else { by_name };
    if found.is_empty() {
        return Err(Failure::Failed(fl!("cli-no-mailbox", name = name)));
    }
    Ok(found.into_iter().map(Scope::Mailbox).collect())
}

fn role_word(role: MailboxRole) -> &'static str {
    match role {
        MailboxRole::Inbox => "inbox",
        MailboxRole::Sent => "sent",
        MailboxRole::Drafts => "drafts",
        MailboxRole::Archive => "archive",
        MailboxRole::Trash => "trash",
        MailboxRole::Junk => "junk",
        MailboxRole::All => "all",
        MailboxRole::Plain => "",
    }
}

/// A row as decision E5 has it.
fn row_json(row: &ListRow) -> serde_json::Value {
    let marks = [
        ("important", row.importance == Importance::High),
        ("private", row.private),
        ("receipt", row.receipt),
        ("attachment", row.attachment),
    ];
    let marks: Vec<&str> = marks.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    json!({
        "id": row.key.0,
        "uid": row.uid,
        "kind": row.kind.as_str(),
        "sender": {
            "name": row.sender_name,
            "address": row.address,
            "number": row.number,
            "via": row.via,
        },
        "subject": rows::subject(row),
        "duration": row.duration.map(|d| (d.as_secs_f64() * 1000.0).round() / 1000.0),
        "heard": row.progress == Progress::Done,
        "marks": marks,
    })
}

fn row_text(row: &ListRow) -> String {
    let dot = match row.progress {
        Progress::New => '*',
        Progress::Started => 'o',
        Progress::Done => ' ',
    };
    let length = row.duration.map(figures::length);
    let date = row.date.local().strftime("%Y-%m-%d %H:%M");
    let kind = row.kind.as_str();
    let length = length.unwrap_or_default();
    let mut sender = rows::sender(row);
    if let Some(via) = rows::via(row) {
        sender = format!("{sender} ({via})");
    }
    let (sender, subject) = (plain(&sender), plain(&rows::subject(row)));
    format!("{dot} {date}\t{kind}\t{length}\t{sender}\t{subject}")
}

/// Without anything that a terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Runs `send`.
///
/// # Errors
/// [`Failure::Refused`] when a rule forbids it; [`Failure::Failed`] when it was not accepted: what
/// can still go waits in the outbox.
pub fn send(args: SendArgs, dirs: &Dirs) -> Outcome {
    let given = args.password.given()?;
    let mut messages = Vec::new();
    for file in &args.files {
        // Not held: it may be large.
        let message = Content::of_file(file)
            .map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?;
        messages.push(message);
    }
    with_engine(dirs, given, async move |engine| {
        let mut ids = Vec::new();
        for message in messages {
            ids.push(engine.submit_message(message).await?);
        }
        let before = engine.outbox().await?;
        let old = engine.operations().await?;
        let drained = engine.drain_outbox().await;
        engine.settle_operations().await;
        let mut troubles = Vec::new();
        let after = engine.outbox().await?;
        for id in ids {
            let message_id =
                before.iter().find(|r| r.id == id).map_or("", |r| r.message_id.as_str());
            match after.iter().find(|row| row.id == id) {
                None => println!("{}", fl!("cli-sent", id = message_id)),
                Some(row) if row.state == OutboxState::Accepted => {
                    println!("{}", fl!("cli-sent-unfiled", id = message_id));
                }
                Some(row) => troubles.push(format!("<{message_id}>: {}", state_words(row))),
            }
        }
        // It was sent, whatever becomes of the copy.
        for operation in engine.operations().await? {
            let is_new = old.iter().all(|other| other.id != operation.id);
            let refused = operation.why != OpFailure::None;
            if is_new && refused && operation.kind == OperationKind::File {
                eprintln!("{}", wording::operation::sentence(&operation));
            }
        }
        troubles.extend(drained.err().map(|error| failure::in_full(&error)));
        if troubles.is_empty() { Ok(()) } else { Err(Failure::Failed(troubles.join("; "))) }
    })
}

/// Runs `outbox`.
///
/// # Errors
/// [`Failure::Refused`] when it is too late to take a row back.
pub fn outbox(args: OutboxArgs, dirs: &Dirs) -> Outcome {
    let given = args.password.given()?;
    with_engine(dirs, given, async move |engine| {
        if let Some(id) = args.cancel {
            engine.cancel_send(OutboxId(id)).await?;
        }
        if let Some(id) = args.retry {
            engine.retry_send(OutboxId(id)).await?;
            engine.drain_outbox().await?;
            engine.settle_operations().await;
        }
        for row in engine.outbox().await? {
            if args.json {
                println!("{}", outbox_json(&row));
            } else {
                let to: Vec<&str> = row.to.iter().map(|a| a.addr.as_str()).collect();
                println!(
                    "{}\t{}\t{}\t{}",
                    row.id,
                    to.join(","),
                    plain(&row.subject),
                    plain(&state_words(&row))
                );
            }
        }
        Ok(())
    })
}

/// A row with its codes, which are the same in every language; `reason` is for people.
fn outbox_json(row: &OutboxRow) -> serde_json::Value {
    let (state, failure) = match &row.state {
        OutboxState::Held(_) => ("held", None),
        OutboxState::Queued => ("queued", None),
        OutboxState::Sending(_) => ("sending", None),
        OutboxState::Accepted => ("accepted", None),
        OutboxState::Ambiguous => ("ambiguous", None),
        OutboxState::Failed(reason) => ("failed", Some(reason)),
        OutboxState::Retry { reason, .. } => ("retry", Some(reason)),
    };
    let at = match &row.state {
        OutboxState::Retry { reason, .. } if reason.why.waits_for_user() => None,
        OutboxState::Held(at) | OutboxState::Retry { at, .. } => Some(at.to_rfc3339()),
        _ => None,
    };
    json!({
        "id": row.id.0,
        "to": row.to.iter().map(|a| a.addr.as_str()).collect::<Vec<_>>(),
        "subject": row.subject,
        "message_id": row.message_id,
        "receipt": row.receipt,
        "state": state,
        "reason": failure.map(told),
        "failure": failure.map(|failure| json!({
            "code": failure.why.as_str(),
            "reply": failure.code,
            "recipient": failure.recipient.as_ref().map(AddrSpec::as_str),
            "said": failure.said,
        })),
        "at": at,
    })
}

/// The reason, and in a line of its own what the server said.
fn told(failure: &crate::engine::Failure) -> String {
    match failure::said(failure) {
        Some(said) => format!("{}\n{said}", failure::sentence(failure)),
        None => failure::sentence(failure),
    }
}

fn state_words(row: &OutboxRow) -> String {
    match &row.state {
        OutboxState::Held(at) => fl!("cli-outbox-held", at = at.to_rfc3339()),
        OutboxState::Queued => fl!("cli-outbox-queued"),
        OutboxState::Sending(percent) => {
            fl!("cli-outbox-sending", percent = percent.to_string())
        }
        OutboxState::Accepted => fl!("cli-outbox-accepted"),
        OutboxState::Ambiguous => fl!("cli-outbox-ambiguous"),
        OutboxState::Failed(reason) => fl!("cli-outbox-failed", reason = told(reason)),
        OutboxState::Retry { reason, .. } if reason.why.waits_for_user() => {
            let (said, account) = (told(reason), row.account.to_string());
            if reason.why == FailureWhy::SignedOut {
                fl!("cli-outbox-waits-sign-in", reason = said, account = account)
            } else {
                fl!("cli-outbox-waits-password", reason = said)
            }
        }
        OutboxState::Retry { reason, at } => {
            fl!("cli-outbox-retry", at = at.to_rfc3339(), reason = told(reason))
        }
    }
}

/// Runs the engine without a window until interrupted.
///
/// # Errors
/// [`Failure`].
pub fn headless(dirs: &Dirs, password: &PasswordArgs) -> Outcome {
    run_headless(dirs, password.given()?)
}

fn run_headless(dirs: &Dirs, given: Option<Given>) -> Outcome {
    with_engine(dirs, given, async move |engine| {
        let mut events = engine.events();
        engine.go_online().await?;
        let mut stop = std::pin::pin!(interrupted());
        loop {
            tokio::select! {
                () = &mut stop => return Ok(()),
                event = events.recv() => {
                    if let Ok(event) = event {
                        report(engine, &event).await;
                    }
                }
            }
        }
    })
}

/// What happened, for whoever looks at standard error. Identifiers and states only.
async fn report(engine: &Engine, event: &Event) {
    match event {
        Event::AccountChanged(id) => {
            let accounts = engine.accounts().await.unwrap_or_default();
            if let Some(account) = accounts.iter().find(|account| account.id == *id) {
                let state = account_words(account);
                eprintln!("{}", fl!("cli-account-state", id = id.to_string(), state = state));
            }
        }
        Event::Arrived(keys) => eprintln!("{}", fl!("list-new", count = keys.len())),
        Event::NotDone(id) => {
            let all = engine.operations().await.unwrap_or_default();
            if let Some(operation) = all.iter().find(|operation| operation.id == *id) {
                eprintln!("{}", wording::operation::sentence(operation));
            }
        }
        Event::Sent(id) => eprintln!("{}", fl!("cli-outbox-sent", id = id.to_string())),
        Event::SendFailed(id, reason) => {
            let state = told(reason);
            eprintln!("{}", fl!("cli-outbox-state", id = id.to_string(), state = state));
        }
        _ => {}
    }
}

fn account_words(account: &Account) -> String {
    match &account.state {
        AccountState::Idle => fl!("cli-account-idle"),
        AccountState::Checking => fl!("cli-account-checking"),
        AccountState::Fetching { done, total } => {
            fl!("cli-account-fetching", done = done.to_string(), total = total.to_string())
        }
        AccountState::UpToDate(_) => fl!("cli-account-up-to-date"),
        AccountState::Incomplete(_) => fl!("cli-account-incomplete"),
        AccountState::Offline(_) => fl!("cli-account-offline"),
        AccountState::NeedsPassword(error) if account.settings.sign_in.is_token() => {
            fl!("cli-account-sign-in", reason = failure::error(error))
        }
        AccountState::NeedsPassword(error) => {
            fl!("cli-account-password", reason = failure::error(error))
        }
        AccountState::Failed { error, .. } => failure::error(error),
    }
}

/// Used and whole room, in octets.
pub(super) fn quota_json(quota: Quota) -> serde_json::Value {
    json!({ "used": quota.used, "limit": quota.limit })
}

/// What an answer tells of, the same in every language.
fn answer_code(answer: Answer) -> &'static str {
    match answer {
        Answer::Status => "status",
        Answer::Code => "code",
        Answer::Capability => "capability",
        Answer::Fetch => "fetch",
        Answer::List => "list",
        Answer::Search => "search",
        Answer::Flags => "flags",
        Answer::Number => "number",
        Answer::Quota => "quota",
        Answer::Namespace => "namespace",
        Answer::Id => "id",
        Answer::Unknown => "unknown",
    }
}

/// What is told on standard error besides: left out, noticed, nearly full.
fn asides(report: &SyncReport) -> Vec<String> {
    let mut lines: Vec<String> = report.skipped.iter().map(wording::server::skipped).collect();
    for said in &report.notices {
        lines.push(fl!("cli-server-says", account = &report.account, said = plain(said)));
    }
    if let Some(quota) = report.quota.filter(|quota| wording::server::is_nearly_full(*quota)) {
        lines.push(fl!("cli-quota", quota = wording::server::quota(quota)));
    }
    lines
}

/// Mailboxes that are not up to date, a line each.
pub(super) fn tell_faults<'a>(mailboxes: impl Iterator<Item = &'a Mailbox>) {
    for mailbox in mailboxes {
        if let Some(fault) = &mailbox.fault {
            let why = plain(&wording::server::fault(fault));
            let name = plain(&mailbox.name);
            eprintln!("aloud: {}", fl!("cli-mailbox-fault", mailbox = name, why = why));
        }
    }
}

/// "12 messages in 3 mailboxes, 2 new".
fn sync_json(report: &SyncReport, faults: &[String]) -> serde_json::Value {
    serde_json::json!({
        "account": report.account,
        "mailboxes": report.mailboxes,
        "messages": report.messages,
        "new": report.new,
        "commands": report.commands,
        "bytes_in": report.bytes_in,
        "bytes_out": report.bytes_out,
        "milliseconds": report.milliseconds,
        "peak_rss_kib": report.peak_rss_kib,
        "errors": faults,
        "skipped": report.skipped.iter().map(|skipped| json!({
            "about": answer_code(skipped.answer),
            "count": skipped.count,
        })).collect::<Vec<_>>(),
        "notices": report.notices,
        "quota": report.quota.map(quota_json),
    })
}

fn sync_words(report: &SyncReport) -> String {
    fl!(
        "cli-synced",
        messages = fl!("cli-messages", count = report.messages),
        mailboxes = fl!("cli-mailboxes", count = report.mailboxes),
        new = fl!("list-new", count = report.new)
    )
}

/// Ctrl+C, or the system asking to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_from_a_message() {
        assert_eq!(plain("a\u{1b}[31mb\r\nc"), "a [31mb  c");
    }

    #[test]
    fn a_message_that_waits_for_the_user_names_the_command() {
        for (why, command) in [
            (FailureWhy::Credentials, "aloud sync --once --password-stdin"),
            (FailureWhy::NoPassword, "aloud sync --once --password-stdin"),
            (FailureWhy::SignedOut, "aloud account sign-in 7"),
        ] {
            let row = OutboxRow {
                id: OutboxId(1),
                account: crate::model::AccountId(7),
                to: Vec::new(),
                subject: String::new(),
                duration: None,
                state: OutboxState::Retry {
                    reason: crate::engine::Failure::new(why),
                    at: crate::model::DateTime::utc(0),
                },
                message_id: String::new(),
                receipt: false,
                answers: None,
                forward: false,
            };
            let words = state_words(&row);
            assert!(words.contains(command), "{why:?}: {words}");
        }
    }
}
