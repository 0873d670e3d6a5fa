//! A store in memory that keeps what the account task tells it, and notices when the task breaks
//! the contract of [`Sink`].

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use aloud::{
    engine::{
        Error, MailboxFaultKind, Quota,
        account::{
            Arrived, BatchSize, Beginning, BodyPlace, Care, MailboxState, Op, OpEnd, OpKind,
            PassEnd, Passwords, PrefixWant, Remembered, Sink, Taken,
        },
        imap::{Head, Listed, SeenFlags},
    },
    model::{AccountId, Flag, MailboxId, MessageKey, Secret, Uid, UidValidity},
};
use tokio::{sync::Semaphore, time::Instant};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub key: i64,
    pub flags: Vec<Flag>,
    pub header: Vec<u8>,
    pub size: u64,
    pub octets: Vec<u8>,
    pub complete: bool,
    pub prefix_done: bool,
}

#[derive(Debug, Clone)]
pub struct Place {
    pub state: MailboxState,
    pub rows: BTreeMap<u32, Row>,
    pub keywords: bool,
}

#[derive(Default)]
pub struct Inner {
    pub boxes: Vec<Place>,
    pub ops: VecDeque<Op>,
    pub ends: Vec<(i64, OpEnd)>,
    /// Operations that wait for their time.
    pub later: Vec<(i64, Instant)>,
    pub writes: u32,
    pub password: Option<String>,
    pub asked: u32,
    pub wants_prefixes: bool,
    /// What is wanted ahead, how often that was asked for, and whose octets came in which order.
    pub ahead: Vec<MessageKey>,
    pub ahead_asked: u32,
    pub order: Vec<(MessageKey, usize)>,
    /// Octets are taken one slice a permit, where there is one.
    pub gate: Option<Arc<Semaphore>>,
    /// What the watcher remembers.
    pub faults: BTreeMap<MailboxId, (MailboxFaultKind, String)>,
    pub scans: BTreeMap<MailboxId, Instant>,
    pub suspects: BTreeMap<MailboxId, (Instant, Vec<Uid>)>,
    pub alerts: Vec<String>,
    pub room: Option<Quota>,
    /// Every pass over a mailbox panics.
    pub panics: bool,
    next_key: i64,
    next_op: i64,
}

#[derive(Default)]
pub struct Memory(pub Mutex<Inner>);

impl Memory {
    pub fn with_password(password: &str) -> Self {
        let memory = Self::default();
        memory.lock().password = Some(password.to_owned());
        memory
    }

    pub fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().expect("memory")
    }

    pub fn mailbox(&self, wire_name: &str) -> Place {
        let inner = self.lock();
        inner.boxes.iter().find(|b| b.state.wire_name == wire_name).cloned().expect("a mailbox")
    }

    /// UIDs and flags, for comparing with the server.
    pub fn flags(&self, wire_name: &str) -> BTreeMap<u32, Vec<Flag>> {
        let rows = self.mailbox(wire_name).rows;
        rows.into_iter()
            .map(|(uid, row)| {
                let mut flags = row.flags;
                flags.sort();
                (uid, flags)
            })
            .collect()
    }

    pub fn key(&self, wire_name: &str, uid: u32) -> MessageKey {
        MessageKey(self.mailbox(wire_name).rows.get(&uid).expect("a message").key)
    }

    /// An operation under the mailbox's present UIDVALIDITY.
    pub fn queue(&self, wire_name: &str, kind: OpKind) -> i64 {
        let known = self.lock().boxes.iter().any(|b| b.state.wire_name == wire_name);
        let uid_validity = if known { self.mailbox(wire_name).state.uid_validity } else { None };
        let mut inner = self.lock();
        inner.next_op += 1;
        let id = inner.next_op;
        inner.ops.push_back(Op {
            id,
            wire_name: wire_name.to_owned(),
            uid_validity: uid_validity.unwrap_or(UidValidity(0)),
            kind,
            identity: None,
            attempts: 0,
        });
        id
    }

    pub fn end(&self, op: i64) -> Option<OpEnd> {
        self.lock().ends.iter().find(|(id, _)| *id == op).map(|(_, end)| end.clone())
    }
}

impl Inner {
    fn at(&mut self, id: MailboxId) -> &mut Place {
        self.boxes.iter_mut().find(|b| b.state.id == id).expect("a mailbox")
    }

    fn row(&mut self, key: MessageKey) -> Option<(&MailboxState, u32, &mut Row)> {
        self.boxes.iter_mut().find_map(|b| {
            let state = &b.state;
            let (uid, row) = b.rows.iter_mut().find(|(_, row)| row.key == key.0)?;
            Some((state, *uid, row))
        })
    }
}

#[async_trait::async_trait]
impl Care for Memory {
    async fn add_mailboxes(
        &self,
        account: AccountId,
        listed: Vec<Listed>,
    ) -> Result<Vec<MailboxState>, Error> {
        self.put_mailboxes(account, listed).await
    }

    async fn remembered(&self, mailbox: MailboxId) -> Result<Remembered, Error> {
        let panics = self.lock().panics;
        assert!(!panics, "as a fault of ours would");
        let inner = self.lock();
        let scanned = inner.scans.get(&mailbox);
        Ok(Remembered {
            deep_due: scanned.is_none_or(|at| at.elapsed() >= Duration::from_secs(24 * 3600)),
            faulty: inner.faults.contains_key(&mailbox),
            suspects: inner.suspects.get(&mailbox).map(|(at, uids)| (at.elapsed(), uids.clone())),
        })
    }

    async fn put_fault(
        &self,
        mailbox: MailboxId,
        fault: Option<(MailboxFaultKind, String)>,
    ) -> Result<bool, Error> {
        let mut inner = self.lock();
        let before = match fault.clone() {
            Some(fault) => inner.faults.insert(mailbox, fault),
            None => inner.faults.remove(&mailbox),
        };
        Ok(before != fault)
    }

    async fn put_scan(&self, mailbox: MailboxId) -> Result<(), Error> {
        let mut inner = self.lock();
        inner.writes += 1;
        inner.scans.insert(mailbox, Instant::now());
        Ok(())
    }

    async fn put_suspects(&self, mailbox: MailboxId, uids: Vec<Uid>) -> Result<(), Error> {
        let mut inner = self.lock();
        match uids.is_empty() {
            true => inner.suspects.remove(&mailbox),
            false => inner.suspects.insert(mailbox, (Instant::now(), uids)),
        };
        Ok(())
    }

    async fn put_alerts(&self, _account: AccountId, said: Vec<String>) -> Result<bool, Error> {
        self.lock().alerts.extend(said);
        Ok(true)
    }

    async fn put_room(&self, _account: AccountId, room: Option<Quota>) -> Result<bool, Error> {
        let mut inner = self.lock();
        Ok(std::mem::replace(&mut inner.room, room) != room)
    }
}

#[async_trait::async_trait]
impl Sink for Memory {
    async fn put_mailboxes(
        &self,
        _account: AccountId,
        listed: Vec<Listed>,
    ) -> Result<Vec<MailboxState>, Error> {
        let mut inner = self.lock();
        inner.boxes.retain(|b| listed.iter().any(|l| l.name == b.state.wire_name));
        for item in listed {
            if !inner.boxes.iter().any(|b| b.state.wire_name == item.name) {
                let id = MailboxId(inner.boxes.iter().map(|b| b.state.id.0).max().unwrap_or(0) + 1);
                let state = MailboxState {
                    id,
                    wire_name: item.name,
                    role: item.role,
                    selectable: item.selectable,
                    uid_validity: None,
                    uid_next: 0,
                    highest_modseq: 0,
                };
                inner.boxes.push(Place { state, rows: BTreeMap::new(), keywords: false });
            }
        }
        Ok(inner.boxes.iter().map(|b| b.state.clone()).collect())
    }

    async fn rebind(&self, mailbox: MailboxId, uid_validity: UidValidity) -> Result<(), Error> {
        let mut inner = self.lock();
        inner.writes += 1;
        let mine = inner.at(mailbox);
        assert_ne!(mine.state.uid_validity, Some(uid_validity), "rebound for nothing");
        mine.rows.clear();
        mine.state.uid_validity = Some(uid_validity);
        mine.state.uid_next = 0;
        mine.state.highest_modseq = 0;
        Ok(())
    }

    async fn put_heads(&self, mailbox: MailboxId, heads: Vec<Head>) -> Result<Arrived, Error> {
        let mut inner = self.lock();
        inner.writes += 1;
        let mut arrived = Arrived::default();
        for head in heads {
            assert_ne!(head.uid.0, 0);
            let key = inner.next_key + 1;
            let mine = inner.at(mailbox);
            if let Some(row) = mine.rows.get_mut(&head.uid.0) {
                row.flags = head.flags;
                continue;
            }
            let row = Row {
                key,
                flags: head.flags,
                header: head.header,
                size: head.size,
                ..Row::default()
            };
            mine.rows.insert(head.uid.0, row);
            inner.next_key = key;
            arrived.new.push(MessageKey(key));
        }
        Ok(arrived)
    }

    async fn put_flags(
        &self,
        mailbox: MailboxId,
        seen: Vec<SeenFlags>,
    ) -> Result<Vec<MessageKey>, Error> {
        let mut inner = self.lock();
        let mut changed = Vec::new();
        for flags in seen {
            if let Some(row) = inner.at(mailbox).rows.get_mut(&flags.uid.0)
                && row.flags != flags.flags
            {
                row.flags = flags.flags;
                changed.push(MessageKey(row.key));
            }
        }
        inner.writes += u32::from(!changed.is_empty());
        Ok(changed)
    }

    async fn is_settled(&self, mailbox: MailboxId, messages: u32) -> Result<bool, Error> {
        Ok(self.lock().at(mailbox).rows.len() == messages as usize)
    }

    async fn known_uids(&self, mailbox: MailboxId) -> Result<Vec<Uid>, Error> {
        Ok(self.lock().at(mailbox).rows.keys().copied().map(Uid).collect())
    }

    async fn forget(&self, mailbox: MailboxId, uids: Vec<Uid>) -> Result<Vec<MessageKey>, Error> {
        let mut inner = self.lock();
        inner.writes += 1;
        let rows = &mut inner.at(mailbox).rows;
        let gone = |uid: &Uid| rows.remove(&uid.0).map(|row| MessageKey(row.key));
        Ok(uids.iter().filter_map(gone).collect())
    }

    async fn finish_pass(&self, mailbox: MailboxId, end: PassEnd) -> Result<(), Error> {
        let mut inner = self.lock();
        let mine = inner.at(mailbox);
        let before = (mine.state.uid_next, mine.state.highest_modseq, mine.keywords);
        mine.state.uid_next = end.uid_next;
        mine.state.highest_modseq = end.highest_modseq;
        mine.keywords = end.keywords;
        if before != (end.uid_next, end.highest_modseq, end.keywords) {
            inner.writes += 1;
        }
        Ok(())
    }

    async fn prefix_wants(&self, mailbox: MailboxId, limit: u32) -> Result<Vec<PrefixWant>, Error> {
        let mut inner = self.lock();
        if !inner.wants_prefixes {
            return Ok(Vec::new());
        }
        let rows = inner.at(mailbox).rows.iter().rev();
        let wants = rows.filter(|(_, row)| !row.prefix_done && !row.complete).map(|(uid, row)| {
            let have = row.octets.len() as u64;
            PrefixWant {
                key: MessageKey(row.key),
                uid: Uid(*uid),
                have,
                want: 16 * 1024,
                size: row.size,
            }
        });
        Ok(wants.filter(|want| want.have < want.want).take(limit as usize).collect())
    }

    async fn put_beginnings(&self, came: Vec<Beginning>) -> Result<Vec<MessageKey>, Error> {
        for beginning in came {
            let Beginning { key, offset, octets, end } = beginning;
            if octets.is_empty() {
                self.lock().row(key).expect("a message").2.prefix_done = true;
            } else {
                self.put_octets(key, offset, octets, end).await?;
            }
        }
        Ok(Vec::new())
    }

    async fn body_wants(&self, _account: AccountId) -> Result<Vec<MessageKey>, Error> {
        let mut inner = self.lock();
        inner.ahead_asked += 1;
        let wanted = inner.ahead.clone();
        Ok(wanted
            .into_iter()
            .filter(|key| inner.row(*key).is_some_and(|r| !r.2.complete))
            .collect())
    }

    async fn body_place(&self, key: MessageKey) -> Result<Option<BodyPlace>, Error> {
        let mut inner = self.lock();
        Ok(inner.row(key).map(|(state, uid, row)| BodyPlace {
            mailbox: state.id,
            wire_name: state.wire_name.clone(),
            uid_validity: state.uid_validity.expect("bound"),
            uid: Uid(uid),
            size: row.size,
            have: row.octets.len() as u64,
            complete: row.complete,
        }))
    }

    async fn put_octets(
        &self,
        key: MessageKey,
        offset: u64,
        octets: Vec<u8>,
        end: bool,
    ) -> Result<Vec<MessageKey>, Error> {
        let gate = {
            let mut inner = self.lock();
            inner.order.push((key, octets.len()));
            inner.gate.clone()
        };
        if let Some(gate) = gate {
            gate.acquire().await.expect("open").forget();
        }
        let mut inner = self.lock();
        inner.writes += 1;
        let row = inner.row(key).expect("a message").2;
        assert!(!row.complete, "octets for a complete message");
        assert_eq!(row.octets.len() as u64, offset, "a hole or an overlap");
        row.octets.extend(octets);
        row.complete = end;
        Ok(Vec::new())
    }

    async fn take_ops(&self, _account: AccountId) -> Result<Option<Taken>, Error> {
        Ok(Some(Taken(Box::new(()))))
    }

    async fn take_pass(&self, _account: AccountId) -> Result<Option<Taken>, Error> {
        Ok(Some(Taken(Box::new(()))))
    }

    async fn has_op(&self, _account: AccountId) -> Result<bool, Error> {
        let inner = self.lock();
        let now = Instant::now();
        let held = |id| inner.later.iter().any(|(other, due)| *other == id && *due > now);
        Ok(inner.ops.iter().any(|op| !held(op.id)))
    }

    async fn next_ops(&self, _account: AccountId, most: BatchSize) -> Result<Vec<Op>, Error> {
        let mut inner = self.lock();
        let now = Instant::now();
        inner.later.retain(|(_, due)| *due > now);
        let held: Vec<i64> = inner.later.iter().map(|(id, _)| *id).collect();
        let mut free = inner.ops.iter_mut().filter(|op| !held.contains(&op.id));
        let Some(first) = free.next() else { return Ok(Vec::new()) };
        let mut given = vec![first.clone()];
        first.attempts += 1;
        for op in free {
            let limit = match &op.kind {
                OpKind::Store { .. } => most.stores,
                OpKind::Move { .. } => most.moves,
                OpKind::Append { .. } => 1,
            };
            let alike = match (&given[0].kind, &op.kind) {
                (
                    OpKind::Store { add, flags, .. },
                    OpKind::Store { add: other, flags: others, .. },
                ) => (add, flags) == (other, others),
                (OpKind::Move { to, .. }, OpKind::Move { to: other, .. }) => to == other,
                _ => false,
            };
            if !alike || given[0].wire_name != op.wire_name || given.len() >= limit {
                break;
            }
            given.push(op.clone());
            op.attempts += 1;
        }
        Ok(given)
    }

    async fn ops_end(&self, ends: Vec<(i64, OpEnd)>) -> Result<Vec<MessageKey>, Error> {
        let mut inner = self.lock();
        for (op, end) in ends {
            let at = inner.ops.iter().position(|known| known.id == op).expect("an operation");
            let ended = inner.ops.remove(at).expect("an operation");
            assert!(ended.attempts > 0, "it was not begun");
            inner.ends.push((op, end));
        }
        Ok(Vec::new())
    }

    async fn ops_later(
        &self,
        ops: Vec<(i64, String)>,
    ) -> Result<(Vec<MessageKey>, Vec<i64>), Error> {
        let due = Instant::now() + Duration::from_secs(30);
        self.lock().later.extend(ops.iter().map(|(op, _)| (*op, due)));
        Ok((Vec::new(), ops.into_iter().map(|(op, _)| op).collect()))
    }

    async fn next_due(&self, _account: AccountId) -> Result<Option<Duration>, Error> {
        let due = self.lock().later.iter().map(|(_, due)| *due).min();
        Ok(due.map(|due| due.saturating_duration_since(Instant::now())))
    }

    async fn message_count(&self, _account: AccountId) -> Result<u32, Error> {
        let count = self.lock().boxes.iter().map(|b| b.rows.len()).sum::<usize>();
        Ok(u32::try_from(count).expect("few"))
    }
}

#[async_trait::async_trait]
impl Passwords for Memory {
    async fn password(&self, _account: AccountId) -> Result<Secret, Error> {
        let mut inner = self.lock();
        inner.asked += 1;
        inner.password.clone().map(Secret::new).ok_or(Error::PasswordNeeded)
    }
}
