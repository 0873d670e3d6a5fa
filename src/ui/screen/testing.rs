//! Values for the tests of the screens.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, LazyLock},
    time::Duration,
};

use iced::widget::image::Handle;

use super::Context;
use crate::ui::prefs::Prefs;
use crate::{
    audio::State,
    engine::{
        Account, AccountSettings, AccountState, Confirmation, ListRow, Opened, Progress,
        ReceiptState, Security, Server,
    },
    message::{Mail, PartInfo, PartRole, Refusal, Rendering, Sender, mail::DurationSource},
    model::{
        AccountId, AddrSpec, Address, ContactId, DateTime, Importance, MailboxId, MessageKey,
        MessageKind, Sensitivity,
    },
};

/// Tuesday, 14 October 2025, 10:40 in London.
pub const NOW: DateTime = DateTime { unix: 1_760_434_800, offset_minutes: 60 };

static NO_PHOTOS: LazyLock<HashMap<ContactId, Handle>> = LazyLock::new(HashMap::new);

static PREFS: LazyLock<Prefs> = LazyLock::new(Prefs::default);

/// A context without accounts.
pub fn ctx(audio: &State) -> Context<'_> {
    Context {
        audio,
        now: NOW,
        width: 688.0,
        height: 800.0,
        narrow: false,
        accounts: &[],
        offline: false,
        recordings_dir: Path::new("/nowhere/recordings"),
        aside: &[],
        prefs: &PREFS,
        fixed_receipts: None,
        photos: &NO_PHOTOS,
    }
}

/// An address.
pub fn addr(text: &str) -> AddrSpec {
    AddrSpec::parse(text).expect("an address")
}

/// An address with a name.
pub fn person(name: &str, address: &str) -> Address {
    Address { name: Some(name.into()), addr: addr(address) }
}

/// A leaf.
pub fn part(path: &str, media_type: &str, role: PartRole, seconds: Option<f64>) -> PartInfo {
    let rendering = match media_type {
        "image/tiff" => Rendering::Pages,
        "audio/32kadpcm" => Rendering::Sound { code_words: true },
        sound if sound.starts_with("audio/") => Rendering::Sound { code_words: false },
        _ => Rendering::Other,
    };
    PartInfo {
        path: path.into(),
        depth: 1,
        media_type: media_type.into(),
        disposition: Some("inline".into()),
        filename: None,
        octets: 4000,
        role,
        rendering,
        pages: None,
        codec: None,
        decodable: true,
        seconds,
        problem: None,
        content_id: None,
        required: true,
        description: None,
    }
}

/// A voice message with a spoken name and subject.
pub fn mail() -> Mail {
    Mail {
        kind: MessageKind::Voice,
        profile: Some("vpim2".into()),
        subject: Some("Ottawa trunk migration: Friday window".into()),
        date: Some(DateTime { unix: NOW.unix - 3540, offset_minutes: -240 }),
        sender: Sender {
            name: Some("Graham Pearce".into()),
            address: Some(addr("6135550142@vm.northgate.example")),
            number: Some("+1 613 555 0142".into()),
            withheld: false,
            outside_caller: false,
        },
        to: vec![
            person("Helen Marsh", "helen@calderfinch.example"),
            person("Leeds front desk", "4417@vm.calderfinch.example"),
        ],
        reply_to: Some(Address::bare(addr("6135550142@vm.northgate.example"))),
        duration: Some(Duration::from_secs(34)),
        duration_source: Some(DurationSource::Audio),
        parts: vec![
            part("1", "audio/32kadpcm", PartRole::SpokenName, Some(2.0)),
            part("2", "audio/32kadpcm", PartRole::SpokenSubject, Some(5.0)),
            part("3", "audio/32kadpcm", PartRole::VoiceMessage, Some(34.0)),
        ],
        language: Some("en-CA".into()),
        ..Mail::default()
    }
}

/// Its row.
pub fn row(mail: &Mail) -> ListRow {
    ListRow {
        key: MessageKey(7),
        account: AccountId(1),
        mailbox: MailboxId(1),
        uid: Some(1),
        kind: mail.kind,
        sender: mail.sender.name.clone().unwrap_or_default(),
        others: 0,
        sender_name: mail.sender.name.clone(),
        address: mail.sender.address.as_ref().map(ToString::to_string),
        number: mail.sender.number.clone(),
        outside_caller: mail.sender.outside_caller,
        outgoing: false,
        via: None,
        contact: None,
        subject: mail.subject.clone().unwrap_or_default(),
        preview: crate::engine::Preview::Nothing,
        date: mail.date.unwrap_or(NOW),
        duration: mail.duration,
        estimated: mail.duration.is_some() && mail.duration_source.is_none(),
        pages: mail.pages,
        progress: Progress::New,
        importance: mail.importance.unwrap_or(Importance::Normal),
        private: mail.sensitivity.as_ref().is_some_and(|s| s.blocks_forwarding()),
        receipt: mail.receipt.is_some(),
        attachment: false,
        answered: false,
        forwarded: false,
        delivery: None,
    }
}

/// The message opened.
pub fn opened(mail: Mail) -> Opened {
    Opened {
        row: row(&mail),
        mail: Arc::new(mail),
        complete: true,
        have: (100, 100),
        receipt: ReceiptState::None,
        offers: Vec::new(),
        deliveries: Vec::new(),
        about: None,
        peaks: Arc::from([]),
        swapped: false,
        spoken_name: None,
        confirmation: Confirmation::NotChecked,
        caller: None,
        stopped_at: Duration::ZERO,
    }
}

/// An account of Helen Marsh without a gateway.
pub fn account() -> Account {
    let server =
        |port| Server { host: "mail.calderfinch.example".into(), port, security: Security::Tls };
    Account {
        id: AccountId(1),
        settings: AccountSettings {
            name: "Helen Marsh".into(),
            address: addr("helen@calderfinch.example"),
            label: "Calder & Finch".into(),
            imap: server(993),
            smtp: server(465),
            user: "helen".into(),
            sign_in: Default::default(),
            ca_pem: None,
            pins: Vec::new(),
            gateway: None,
            demo: false,
        },
        state: AccountState::Idle,
        notes: crate::engine::AccountNotes::default(),
    }
}

/// The refusal of a message that its sender marked private.
pub fn marked_private(may_reply: bool) -> Refusal {
    Refusal::Marked {
        by: Some("Dr Amara Okafor".into()),
        inside: false,
        value: Sensitivity::Private,
        may_reply,
    }
}
