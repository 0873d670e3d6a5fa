//! The self-test of an installed program: the main job on the demo mailbox, through the same engine,
//! IMAP and SMTP as with a real server, without display or sound device.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{built, demo_account, dialer};
use crate::{
    cli::{Dirs, Failure, Outcome},
    codec::{Pcm, fax},
    engine::{
        CardOfferKind, Engine, Error, ListQuery, ListRow, Mark, Options, OutboxState, Outgoing,
        Progress, ReceiptAnswer, ReceiptState, Relation, Scope, Sort, secrets::NoStore,
    },
    loopback::{DEMO_LOGIN, Loopback, Submitted},
    message::{
        Mail, PartRole, Report,
        inspect::{ReadOptions, primary_audio},
        mdn::DispositionType,
    },
    model::{
        AccountId, Address, Flag, Importance, MessageKind, Secret, Uid, imap::MailboxRole,
        voice::VoiceFormat,
    },
    wording::failure,
};

/// How long all steps may take together.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a step found, or why it failed.
type Found = Result<String, String>;

/// Runs all steps and prints a line for each.
pub(super) async fn run(dirs: &Dirs) -> Outcome {
    let dir = Folder::new(dirs)?;
    let checking = async {
        let server = built().await;
        let mut options = Options::new(dir.0.clone(), Arc::new(NoStore));
        options.dialer = dialer(server.clone());
        options.undo_seconds = 0;
        options.phrases = crate::wording::phrases::phrases();
        let engine = Engine::start(options).await?;
        let password = Secret::new(DEMO_LOGIN.into());
        let account = engine.add_account(demo_account()?, Some(password)).await?;
        let check = Check { server, engine, account };
        let failed = check.all().await;
        check.engine.shutdown().await;
        Ok::<_, Failure>(failed)
    };
    let failed = tokio::time::timeout(PATIENCE, checking)
        .await
        .map_err(|_| Failure::Failed(fl!("cli-check-late", count = PATIENCE.as_secs())))??;
    if failed == 0 { Ok(()) } else { Err(Failure::Failed(fl!("cli-check-failed", count = failed))) }
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(dirs: &Dirs) -> Result<Self, Failure> {
        let dir = dirs.cache.join(format!("check-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        Ok(Self(dir))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing is lost with it, and nothing can be done about a folder that stays.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Check {
    server: Loopback,
    engine: Engine,
    account: AccountId,
}

impl Check {
    /// Runs the steps in order; later ones need what earlier ones did. Returns how many failed.
    async fn all(&self) -> u32 {
        let mut failed = 0;
        let mut report = |step: &str, found: Found| match found {
            Ok(text) => println!("ok      {step}: {text}"),
            Err(reason) => {
                failed += 1;
                println!("FAILED  {step}: {reason}");
            }
        };
        report("fetch", self.fetch().await);
        report("recognize", self.recognize().await);
        report("decode", self.decode().await);
        report("play", self.play().await);
        report("receipt", self.receipt().await);
        report("decline", self.decline().await);
        report("private", self.private().await);
        report("forward", self.forward().await);
        report("reply", self.reply().await);
        report("card", self.card().await);
        report("reports", self.reports().await);
        failed
    }

    async fn rows(&self, scope: Scope) -> Result<Vec<ListRow>, String> {
        let query =
            ListQuery { scope, sort: Sort::Newest, search: String::new(), offset: 0, limit: 100 };
        Ok(self.engine.list(query).await.map_err(words)?.rows)
    }

    async fn row(&self, subject: &str) -> Result<ListRow, String> {
        let rows = self.rows(Scope::AllInboxes).await?;
        let found = rows.into_iter().find(|row| row.subject == subject);
        found.ok_or_else(|| format!("{subject:?} is not in the list"))
    }

    async fn sent(&self) -> Result<Vec<ListRow>, String> {
        let mailboxes = self.engine.mailboxes().await.map_err(words)?;
        let sent = mailboxes.iter().find(|m| m.role == MailboxRole::Sent);
        self.rows(Scope::Mailbox(sent.ok_or("there is no mailbox for sent mail")?.id)).await
    }

    async fn sync(&self) -> Result<(), String> {
        let reports = self.engine.sync_once(None).await.map_err(words)?;
        match reports.iter().flat_map(|r| &r.errors).next() {
            Some(fault) => Err(failure::in_pass(fault)),
            None => Ok(()),
        }
    }

    async fn fetch(&self) -> Found {
        self.sync().await?;
        // What a window shows is looked into with the next pass.
        self.rows(Scope::AllInboxes).await?;
        self.sync().await?;
        let rows = self.rows(Scope::AllInboxes).await?;
        let held = self.server.mailbox("INBOX").map_or(0, |m| m.messages().len());
        // The receipt stands at the message it is about.
        expect(rows.len() + 1 == held, || format!("{} rows of {held} messages", rows.len()))?;
        let sent = self.sent().await?.len();
        expect(sent == 2, || format!("{sent} messages in Sent"))?;
        Ok(format!("{held} messages, {} rows, {sent} sent", rows.len()))
    }

    async fn recognize(&self) -> Found {
        let expected = [
            (MessageKind::Voice, "Graham Pearce"),
            (MessageKind::Voice, "Priya Raman"),
            (MessageKind::Voice, "+442079460153"),
            (MessageKind::Fax, "Harrow Freight"),
            (MessageKind::Voice, "Dr Amara Okafor"),
            (MessageKind::Email, "Tomás Ortega"),
            (MessageKind::Voice, "Gwen Vidal"),
            (MessageKind::Fax, "Mei-Ling Zhou"),
            (MessageKind::Email, "Beatriz Nunes"),
        ];
        let rows = self.rows(Scope::AllInboxes).await?;
        for (kind, who) in expected {
            let name = |row: &&ListRow| row.sender == who || row.number.as_deref() == Some(who);
            let row = rows.iter().find(name).ok_or_else(|| format!("nothing from {who}"))?;
            expect(row.kind == kind, || {
                format!("{who}: {} instead of {}", row.kind.as_str(), kind.as_str())
            })?;
        }
        let count = |kind| rows.iter().filter(|row| row.kind == kind).count();
        let (voice, fax) = (count(MessageKind::Voice), count(MessageKind::Fax));
        let (text, reports) = (count(MessageKind::Email), count(MessageKind::Dsn));
        expect((voice, fax, text, reports) == (6, 2, 2, 1), || {
            format!("{voice} voice, {fax} fax, {text} text, {reports} reports")
        })?;
        Ok(format!("{voice} voice, {fax} fax, {text} text, {reports} report"))
    }

    async fn decode(&self) -> Found {
        let (mut recordings, mut seconds, mut pages) = (0, 0.0, 0);
        for row in self.rows(Scope::AllInboxes).await? {
            let opened = self.engine.open(row.key).await.map_err(words)?;
            expect(opened.complete, || format!("{:?} did not come whole", row.subject))?;
            for part in &opened.mail.parts {
                let about = |e: String| format!("{:?}, part {}: {e}", row.subject, part.path);
                if part.media_type.starts_with("audio/") {
                    let pcm = self.engine.audio(row.key, part.path.clone()).await;
                    let pcm = pcm.map_err(|e| about(e.to_string()))?;
                    expect(pcm.duration() > Duration::from_millis(500), || about("empty".into()))?;
                    recordings += 1;
                    seconds += pcm.duration().as_secs_f64();
                }
                if part.role == PartRole::Fax {
                    let tiff = self.engine.part(row.key, part.path.clone()).await.map_err(words)?;
                    let count = fax::pages(&tiff.octets).map_err(|e| about(e.to_string()))?.len();
                    for page in 0..count {
                        fax::render(&tiff.octets, page).map_err(|e| about(e.to_string()))?;
                        pages += 1;
                    }
                }
            }
        }
        expect(recordings >= 12 && pages == 7, || {
            format!("only {recordings} recordings and {pages} pages")
        })?;
        Ok(format!("{recordings} recordings of {seconds:.0} s, {pages} fax pages"))
    }

    /// The message that asks for a receipt, and the flags it has on the server.
    async fn first(&self) -> Result<(ListRow, std::collections::BTreeSet<Flag>), String> {
        let row = self.row("Ottawa trunk migration: Friday window").await?;
        let inbox = self.server.mailbox("INBOX").ok_or("no INBOX")?;
        let uid = Uid(row.uid.ok_or("the message has no UID")?);
        let message = inbox.message(uid).ok_or("the message is not on the server")?;
        Ok((row, message.flags.clone()))
    }

    async fn play(&self) -> Found {
        let (row, _) = self.first().await?;
        let opened = self.engine.open(row.key).await.map_err(words)?;
        expect(opened.receipt == ReceiptState::NotYet, || {
            "a receipt is asked before it was heard".into()
        })?;
        self.engine.settle_operations().await;
        expect(!self.first().await?.1.contains(&Flag::Seen), || "opening it set \\Seen".into())?;
        let paths: Vec<String> =
            primary_audio(&opened.mail).iter().map(|p| p.path.clone()).collect();
        let path = paths.first().ok_or("no recording")?;
        let pcm = self.engine.audio(row.key, path.clone()).await.map_err(words)?;
        self.engine.started(row.key).await.map_err(words)?;
        let how = sound::play(pcm.clone()).await?;
        self.engine.presented(row.key).await.map_err(words)?;
        self.engine.settle_operations().await;
        let (row, flags) = self.first().await?;
        expect(row.progress == Progress::Done, || "it does not count as heard".into())?;
        expect(flags.contains(&Flag::Seen), || "\\Seen did not reach the server".into())?;
        Ok(format!("{:.0} s {how}, then heard", pcm.duration().as_secs_f64()))
    }

    async fn receipt(&self) -> Found {
        let (row, _) = self.first().await?;
        let state = self.engine.open(row.key).await.map_err(words)?.receipt;
        expect(matches!(state, ReceiptState::Ask { elsewhere: false, .. }), || {
            format!("instead of asking: {state:?}")
        })?;
        self.server.forget_commands();
        let before = self.server.submitted().len();
        self.engine.answer_receipt(row.key, ReceiptAnswer::Send).await.map_err(words)?;
        self.drain().await?;
        let again = self.engine.answer_receipt(row.key, ReceiptAnswer::Send).await;
        expect(again.is_err(), || "it could be sent twice".into())?;
        self.drain().await?;
        let new = self.submitted_since(before);
        let [receipt] = new.as_slice() else { return Err(format!("{} mails went out", new.len())) };
        expect(receipt.envelope.reverse_path.is_none(), || "the return path is not null".into())?;
        let mail = read(&receipt.octets);
        let Some(Report::Mdn(mdn)) = &mail.report else { return Err("it is no receipt".into()) };
        expect(mdn.disposition == DispositionType::Displayed, || format!("{:?}", mdn.disposition))?;
        expect(self.first().await?.1.contains(&Flag::MdnSent), || "$MDNSent is not set".into())?;
        let log = self.server.commands();
        let at = |what: &str| log.iter().position(|line| line.contains(what));
        expect(at("$MDNSent") < at("MAIL FROM:<>"), || "$MDNSent came after the receipt".into())?;
        Ok("asked after hearing, sent once, $MDNSent first, null return path".into())
    }

    /// The other message that asks for a receipt.
    async fn decline(&self) -> Found {
        let subject = "Signed lease, page two corrected";
        let row = self.row(subject).await?;
        // It was seen before this program came; what is seen elsewhere is not asked about.
        self.engine.mark(vec![row.key], Mark::Unheard).await.map_err(words)?;
        self.engine.open(row.key).await.map_err(words)?;
        self.engine.presented(row.key).await.map_err(words)?;
        let before = self.server.submitted().len();
        self.engine.answer_receipt(row.key, ReceiptAnswer::Decline).await.map_err(words)?;
        self.drain().await?;
        self.engine.presented(row.key).await.map_err(words)?;
        self.drain().await?;
        let state = self.engine.open(row.key).await.map_err(words)?.receipt;
        expect(state == ReceiptState::Declined, || format!("afterwards: {state:?}"))?;
        expect(self.submitted_since(before).is_empty(), || "something was sent".into())?;
        Ok("nothing sent, not asked again".into())
    }

    async fn private(&self) -> Found {
        let row = self.row("About your appointment").await?;
        let opened = self.engine.open(row.key).await.map_err(words)?;
        expect(row.private && !opened.mail.may_forward.is_allowed(), || {
            "not marked private".into()
        })?;
        let before = self.server.submitted().len();
        let forward = self.outgoing(Relation::Forward(row.key), someone()?, "Fwd", None);
        match self.engine.send(forward).await {
            Err(Error::Refused(_)) => {}
            Err(other) => return Err(other.to_string()),
            Ok(_) => return Err("it was forwarded".into()),
        }
        let relation = Relation::Reply { to: row.key, include_original: true };
        let reply = self.outgoing(relation, someone()?, "Re", Some(hello()));
        expect(matches!(self.engine.send(reply).await, Err(Error::Refused(_))), || {
            "a reply could take the original along".into()
        })?;
        let raw = self.engine.raw(row.key).await.map_err(words)?;
        expect(self.engine.submit_raw(wrapped(&raw)).await.is_err(), || {
            "a ready message could carry it".into()
        })?;
        let to = std::env::temp_dir().join(format!("aloud-check-{}", std::process::id()));
        let path = primary_audio(&opened.mail).first().map(|p| p.path.clone()).unwrap_or_default();
        let saved = self.engine.save_part(row.key, path, to.clone()).await;
        expect(saved.is_err() && !to.exists(), || "its recording could be saved".into())?;
        self.drain().await?;
        expect(self.submitted_since(before).is_empty(), || "something was sent".into())?;
        Ok("not forwarded, not quoted, not carried, not saved".into())
    }

    async fn forward(&self) -> Found {
        let row = self.row("Fwd: Toll-quality samples").await?;
        let raw = self.engine.raw(row.key).await.map_err(words)?;
        let message = self.outgoing(
            Relation::Forward(row.key),
            someone()?,
            "Fwd: Toll-quality samples",
            Some(hello()),
        );
        let new = self.send(message).await?;
        let carried = memchr::memmem::find(&new.octets, &raw).is_some();
        expect(carried, || "the original is not in it byte for byte".into())?;
        let mail = read(&new.octets);
        expect(mail.forwarded.len() == 1 && mail.kind == MessageKind::Voice, || {
            format!("{} with {} messages inside", mail.kind.as_str(), mail.forwarded.len())
        })?;
        Ok(format!("introduction and the original, {} octets unchanged", raw.len()))
    }

    async fn reply(&self) -> Found {
        let row = self.row("Re: Quote for the Leeds office").await?;
        let original = self.engine.open(row.key).await.map_err(words)?.mail;
        let to = original.reply_to.clone().ok_or("there is nobody to answer")?;
        let relation = Relation::Reply { to: row.key, include_original: false };
        let mut message =
            self.outgoing(relation, to, "Re: Quote for the Leeds office", Some(hello()));
        message.format = Some(VoiceFormat::Vpim);
        let sent = self.send(message).await?;
        let mail = read(&sent.octets);
        expect(mail.kind == MessageKind::Voice, || mail.kind.as_str().into())?;
        expect(mail.in_reply_to == original.message_id, || "it does not name the original".into())?;
        self.sync().await?;
        let rows = self.sent().await?;
        let filed = rows.len();
        expect(filed == 4, || format!("{filed} messages in Sent"))?;
        let mut back = None;
        for row in rows {
            if *self.engine.raw(row.key).await.map_err(words)? == *sent.octets {
                back = Some(row);
            }
        }
        let back = back.ok_or("Sent does not hold what was submitted")?;
        let opened = self.engine.open(back.key).await.map_err(words)?;
        let path = primary_audio(&opened.mail).first().map(|p| p.path.clone());
        let path = path.ok_or("the copy has no recording")?;
        let heard = self.engine.audio(back.key, path).await.map_err(words)?;
        let quality = signal_to_noise(&hello().samples, &heard.samples);
        expect(quality > 20.0, || format!("the sound differs, {quality:.0} dB"))?;
        Ok(format!("sent, filed, read back, {quality:.0} dB over the coding noise"))
    }

    async fn card(&self) -> Found {
        let before = self.engine.contacts(String::new()).await.map_err(words)?.len();
        expect(before == 0, || "a card was imported without a click".into())?;
        let (row, _) = self.first().await?;
        let opened = self.engine.open(row.key).await.map_err(words)?;
        let offer = opened.offers.first().ok_or("no card is offered")?;
        expect(
            matches!(
                offer.kind,
                CardOfferKind::New { numbers: 2, addresses: 2, spoken_name: true }
            ),
            || format!("{:?}", offer.kind),
        )?;
        let (id, _) =
            self.engine.import_card(row.key, offer.path.clone(), false).await.map_err(words)?;
        let contact = self.engine.contact(id).await.map_err(words)?;
        expect(contact.name == "Graham Pearce" && contact.photo.is_some(), || {
            contact.name.clone()
        })?;
        let name = self.engine.spoken_name(id).await.map_err(words)?;
        sound::play(name.clone()).await?;
        Ok(format!("{}, spoken name of {:.1} s plays", contact.name, name.duration().as_secs_f64()))
    }

    async fn reports(&self) -> Found {
        let sent = self.sent().await?;
        let find = |subject: &str| {
            let row = sent.iter().find(|row| row.subject == subject);
            row.map(|row| row.key).ok_or_else(|| format!("{subject:?} is not in Sent"))
        };
        let failed = self.engine.open(find("Board dial-in change")?).await.map_err(words)?;
        expect(failed.deliveries.iter().any(crate::engine::Delivery::failed), || {
            format!("the failure report did not find its message: {:?}", failed.deliveries)
        })?;
        let heard = self.engine.open(find("Desk phones on Thursday")?).await.map_err(words)?;
        let told = heard.deliveries.iter().find(|delivery| delivery.heard());
        let told =
            told.ok_or_else(|| format!("the receipt is not shown: {:?}", heard.deliveries))?;
        let told = crate::wording::rows::delivery_text(told, heard.row.kind, told.at);
        Ok(format!("one failure, one \"{told}\""))
    }

    async fn drain(&self) -> Result<(), String> {
        // A receipt waits for its keyword, and the copy in Sent for the submission.
        self.engine.settle_operations().await;
        self.engine.drain_outbox().await.map_err(words)?;
        self.engine.settle_operations().await;
        let rows = self.engine.outbox().await.map_err(words)?;
        match rows.first() {
            None => Ok(()),
            Some(row) => Err(match &row.state {
                OutboxState::Failed(reason) | OutboxState::Retry { reason, .. } => {
                    failure::sentence(reason)
                }
                state => format!("the outbox still holds a message: {state:?}"),
            }),
        }
    }

    fn submitted_since(&self, before: usize) -> Vec<Submitted> {
        self.server.submitted().into_iter().skip(before).collect()
    }

    /// Sends and returns what the server got.
    async fn send(&self, message: Outgoing) -> Result<Submitted, String> {
        let before = self.server.submitted().len();
        self.engine.send(message).await.map_err(words)?;
        self.drain().await?;
        let mut new = self.submitted_since(before);
        match (new.pop(), new.len()) {
            (Some(one), 0) => Ok(one),
            (_, others) => Err(format!("{others} other mails went out")),
        }
    }

    fn outgoing(
        &self,
        relation: Relation,
        to: Address,
        subject: &str,
        voice: Option<Arc<Pcm>>,
    ) -> Outgoing {
        Outgoing {
            account: self.account,
            relation,
            to: vec![to],
            cc: Vec::new(),
            subject: subject.to_owned(),
            voice,
            spoken_subject: None,
            text: None,
            importance: Importance::Normal,
            private: false,
            ask_receipt: false,
            format: None,
            draft: None,
        }
    }
}

fn words(error: Error) -> String {
    failure::in_full(&error)
}

fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn read(octets: &[u8]) -> Mail {
    Mail::read(octets, &ReadOptions::default())
}

fn someone() -> Result<Address, String> {
    let addr = "jonas.weber@calderfinch.example".parse().map_err(|_| "not an address")?;
    Ok(Address { name: Some("Jonas Weber".into()), addr })
}

/// A message that carries another, as a script might make one.
fn wrapped(raw: &[u8]) -> Vec<u8> {
    let head = format!(
        "From: {from}\r\nTo: jonas.weber@calderfinch.example\r\nSubject: Look\r\n\
         Message-ID: <wrapped@check.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: message/rfc822\r\n\r\n",
        from = crate::loopback::DEMO_ADDRESS
    );
    [head.as_bytes(), raw].concat()
}

/// Two seconds of sound that a codec made for speech carries well: what a microphone would give.
fn hello() -> Arc<Pcm> {
    let sample = |n: u32| {
        let t = f64::from(n) / 8_000.0;
        let swell = 0.5 - 0.5 * (std::f64::consts::TAU * 1.5 * t).cos();
        let voice = (std::f64::consts::TAU * 210.0 * t).sin()
            + 0.5 * (std::f64::consts::TAU * 420.0 * t).sin()
            + 0.25 * (std::f64::consts::TAU * 1_260.0 * t).sin();
        (swell * voice * 5_000.0) as i16
    };
    Arc::new(Pcm::telephone((0..16_000).map(sample).collect()))
}

/// In decibels; very low when the lengths differ by more than a code word.
fn signal_to_noise(sent: &[i16], got: &[i16]) -> f64 {
    if sent.len().abs_diff(got.len()) > 2 {
        return f64::NEG_INFINITY;
    }
    let power = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let signal = power(&mut sent.iter().map(|s| f64::from(*s)));
    let noise = power(&mut sent.iter().zip(got).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    10.0 * (signal / noise.max(1.0)).log10()
}

/// Playing without hearing anything.
#[cfg(feature = "audio")]
mod sound {
    use std::{sync::Arc, time::Duration};

    use crate::{
        audio::{Audio, ClipId, Command, NullDevices, Pace, Phase, Segment},
        codec::Pcm,
    };

    /// Plays through the audio thread into a device in memory, to the end.
    pub(super) async fn play(pcm: Arc<Pcm>) -> Result<&'static str, String> {
        let devices = NullDevices::new(48_000, Pace::Fast, Vec::new());
        let audio = Audio::start_null(devices.clone()).map_err(|e| e.to_string())?;
        let length = pcm.duration();
        audio.send(Command::Load {
            clip: ClipId("check".into()),
            segments: vec![Segment::whole("message", pcm, true)],
            segment: 0,
            at: Duration::ZERO,
            play: true,
        });
        let mut watch = audio.state();
        let ended = watch
            .wait_for(|s| s.player.phase == Phase::Ended || s.player.problem.is_some())
            .await
            .map_err(|e| e.to_string())?;
        if let Some(problem) = &ended.player.problem {
            return Err(problem.to_string());
        }
        let heard = ended.player.heard;
        drop(ended);
        let played = Duration::from_secs_f64(devices.heard().len() as f64 / 48_000.0);
        if !heard {
            return Err("played to the end and not counted as heard".into());
        }
        if played + Duration::from_millis(100) < length {
            return Err(format!("only {played:?} of {length:?} reached the device"));
        }
        Ok("into a null device")
    }
}

/// Without sound in this build: the samples go past the rule that says when a message is heard.
#[cfg(not(feature = "audio"))]
mod sound {
    use std::{sync::Arc, time::Duration};

    use crate::{codec::Pcm, model::heard::Listener};

    #[allow(clippy::unused_async)]
    pub(super) async fn play(pcm: Arc<Pcm>) -> Result<&'static str, String> {
        let mut listener = Listener::new(Some(pcm.duration()));
        let piece = pcm.rate.max(10) as usize / 10;
        for end in (piece..=pcm.samples.len() + piece).step_by(piece) {
            let end = end.min(pcm.samples.len());
            listener.played_to(Duration::from_secs_f64(end as f64 / f64::from(pcm.rate.max(1))));
        }
        listener.ended();
        if listener.is_heard() {
            Ok("decoded (no sound in this build)")
        } else {
            Err("not heard".into())
        }
    }
}
