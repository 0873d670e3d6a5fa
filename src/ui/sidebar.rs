//! The sidebar: places, accounts, sync status; and its narrow form, the rail.

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, scrollable, space, stack},
};

use super::{
    id,
    theme::{
        Icon, Look, MEDIUM, SEMIBOLD, Type, icon, radius,
        style::{self, Face, Kind, Touch},
    },
    widget::{
        El, Press, button, count_bubble, ellipsis, hairline, popover, tip, vertical_hairline,
    },
};
use crate::{
    engine::{Account, AccountState, Counts, Mailbox, Scope},
    model::{AccountId, DateTime, MailboxId, imap::MailboxRole},
    wording::{self, figures::time_of_day},
};

/// Width of the sidebar at 100 %.
pub const SIDEBAR: f32 = 232.0;
/// Width of the rail.
pub const RAIL: f32 = 56.0;

/// Something that the list can show, or a page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Place {
    AllInboxes,
    Unheard,
    Voice,
    Fax,
    Text,
    Mailbox(MailboxId),
    Outbox,
    Directory,
}

impl Place {
    /// What the list asks for, if it is a list of messages.
    #[must_use]
    pub fn scope(self) -> Option<Scope> {
        Some(match self {
            Self::AllInboxes => Scope::AllInboxes,
            Self::Unheard => Scope::Unheard,
            Self::Voice => Scope::Voice,
            Self::Fax => Scope::Fax,
            Self::Text => Scope::Text,
            Self::Mailbox(id) => Scope::Mailbox(id),
            Self::Outbox | Self::Directory => return None,
        })
    }
}

/// What the sidebar shows.
#[derive(Debug, Clone, Default)]
pub struct Sidebar {
    /// Accounts with their states.
    pub accounts: Vec<Account>,
    /// Their mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Numbers of the places at the top.
    pub counts: Counts,
    /// The list of accounts under the sync status is open.
    pub sync_open: bool,
}

/// What the sidebar says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Go there.
    Go(Place),
    /// New voice message.
    NewVoice,
    /// New text message.
    NewText,
    /// Settings.
    Settings,
    /// Shows or hides the list of accounts under the sync status.
    Sync(bool),
    /// "Check now".
    CheckNow,
    /// An account wants its password.
    SignIn(AccountId),
    /// Opens the whole sidebar over a narrow window.
    Menu,
}

/// Sync status in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its icon.
    pub mark: Icon,
    /// Its words.
    pub text: String,
    /// Something is wrong.
    pub warn: bool,
}

impl Sidebar {
    /// The name of a place.
    #[must_use]
    pub fn name(&self, place: Place) -> String {
        match place {
            Place::AllInboxes => fl!("place-all"),
            Place::Unheard => fl!("place-unheard"),
            Place::Voice => fl!("place-voice"),
            Place::Fax => fl!("place-fax"),
            Place::Text => fl!("place-text"),
            Place::Outbox => fl!("place-outbox"),
            Place::Directory => fl!("place-directory"),
            Place::Mailbox(id) => {
                self.mailboxes.iter().find(|m| m.id == id).map_or_else(String::new, mailbox_name)
            }
        }
    }

    /// The number beside a place.
    #[must_use]
    pub fn count(&self, place: Place) -> u32 {
        let c = self.counts;
        match place {
            Place::AllInboxes => c.all,
            Place::Unheard => c.unheard,
            Place::Voice => c.voice,
            Place::Fax => c.fax,
            Place::Text => c.text,
            Place::Outbox => c.outbox,
            Place::Directory => 0,
            // Only inboxes count: a sent message is never news.
            Place::Mailbox(id) => self
                .mailboxes
                .iter()
                .find(|m| m.id == id && matches!(m.role, MailboxRole::Inbox | MailboxRole::Plain))
                .map_or(0, |m| m.unseen),
        }
    }

    /// The mailboxes of an account in the order of the sidebar.
    #[must_use]
    pub fn mailboxes_of(&self, account: AccountId) -> Vec<&Mailbox> {
        let mut all: Vec<&Mailbox> = self
            .mailboxes
            .iter()
            .filter(|m| m.account == account)
            .filter(|m| m.role != MailboxRole::All)
            .filter(|m| m.role != MailboxRole::Drafts || m.total > 0)
            .collect();
        all.sort_by_key(|m| (rank(m.role), m.name.to_lowercase()));
        all
    }

    /// All places in order, for the keys that walk through them.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let top = [Place::AllInboxes, Place::Unheard, Place::Voice, Place::Fax, Place::Text];
        let boxes = self
            .accounts
            .iter()
            .flat_map(|a| self.mailboxes_of(a.id))
            .map(|m| Place::Mailbox(m.id));
        top.into_iter().chain(boxes).chain([Place::Outbox, Place::Directory]).collect()
    }

    /// Whether no account has a connection, and since when.
    #[must_use]
    pub fn offline_since(&self) -> Option<DateTime> {
        let mut since = None;
        for account in &self.accounts {
            match account.state {
                AccountState::Offline(at) => {
                    since = Some(
                        since.map_or(at, |was: DateTime| if was.unix < at.unix { was } else { at }),
                    );
                }
                _ => return None,
            }
        }
        since
    }

    /// What is wrong with mailboxes, a line each.
    fn faults(&self) -> impl Iterator<Item = String> {
        self.mailboxes.iter().filter_map(|mailbox| {
            let why = wording::server::fault(mailbox.fault.as_ref()?);
            Some(fl!("mailbox-fault", mailbox = mailbox_name(mailbox), why = why))
        })
    }

    /// The mailboxes of an account that are not up to date.
    fn faulty(&self, account: AccountId) -> impl Iterator<Item = &Mailbox> {
        let of_account = self.mailboxes.iter().filter(move |m| m.account == account);
        of_account.filter(|m| m.fault.is_some())
    }

    /// Sync status of all accounts in one line: what needs the user first, then what is going on.
    #[must_use]
    pub fn status(&self, now: DateTime) -> Status {
        let clock = |at: DateTime| time_of_day(at, now);
        let warn = |mark, text| Status { mark, text, warn: true };
        let fine = |mark, text| Status { mark, text, warn: false };
        if let Some(since) = self.offline_since() {
            return warn(Icon::CloudOff, fl!("sync-offline", time = clock(since)));
        }
        let mut best = fine(Icon::RefreshCw, fl!("sync-checking"));
        let mut rank = 0;
        for account in &self.accounts {
            let name = account.settings.label.as_str();
            let (importance, status) = match &account.state {
                AccountState::NeedsPassword(_) if account.settings.sign_in.is_token() => {
                    (5, warn(Icon::KeyRound, fl!("sign-in-bar", account = name)))
                }
                AccountState::NeedsPassword(_) => {
                    (5, warn(Icon::KeyRound, fl!("sync-password", account = name)))
                }
                AccountState::Failed { .. } => {
                    (4, warn(Icon::TriangleAlert, fl!("sync-failed", account = name)))
                }
                AccountState::Incomplete(_) => {
                    let faulty = self.faulty(account.id).next().map(mailbox_name);
                    let text = match faulty {
                        Some(mailbox) => fl!("sync-incomplete", mailbox = mailbox),
                        None => fl!("sync-incomplete-somewhere"),
                    };
                    (4, warn(Icon::TriangleAlert, text))
                }
                AccountState::Offline(at) => {
                    (3, warn(Icon::CloudOff, fl!("sync-offline", time = clock(*at))))
                }
                AccountState::Fetching { done, total } => (
                    2,
                    fine(
                        Icon::RefreshCw,
                        fl!("sync-fetching", done = done.to_string(), total = total.to_string()),
                    ),
                ),
                AccountState::Checking => (2, fine(Icon::RefreshCw, fl!("sync-checking"))),
                AccountState::UpToDate(at) => {
                    (1, fine(Icon::CircleCheck, fl!("sync-up-to-date", time = clock(*at))))
                }
                AccountState::Idle => (0, fine(Icon::RefreshCw, fl!("sync-checking"))),
            };
            if importance > rank {
                (rank, best) = (importance, status);
            }
        }
        best
    }
}

fn rank(role: MailboxRole) -> u8 {
    match role {
        MailboxRole::Inbox => 0,
        MailboxRole::Sent => 1,
        MailboxRole::Drafts => 2,
        MailboxRole::Archive => 3,
        MailboxRole::Trash => 4,
        MailboxRole::Junk => 6,
        MailboxRole::Plain | MailboxRole::All => 5,
    }
}

fn mailbox_name(mailbox: &Mailbox) -> String {
    match mailbox.role {
        MailboxRole::Inbox => fl!("place-inbox"),
        MailboxRole::Sent => fl!("place-sent"),
        MailboxRole::Drafts => fl!("place-drafts"),
        MailboxRole::Archive => fl!("place-archive"),
        MailboxRole::Trash => fl!("place-deleted"),
        MailboxRole::Junk | MailboxRole::Plain | MailboxRole::All => mailbox.name.clone(),
    }
}

fn mailbox_icon(role: MailboxRole) -> Icon {
    match role {
        MailboxRole::Inbox => Icon::Inbox,
        MailboxRole::Sent => Icon::Send,
        MailboxRole::Drafts => Icon::Pencil,
        MailboxRole::Archive => Icon::Archive,
        MailboxRole::Trash => Icon::Trash2,
        MailboxRole::Junk => Icon::CircleX,
        MailboxRole::Plain | MailboxRole::All => Icon::Folder,
    }
}

fn place_icon(place: Place) -> Icon {
    match place {
        Place::AllInboxes => Icon::Inbox,
        Place::Unheard => Icon::CircleDot,
        Place::Voice => Icon::Voicemail,
        Place::Fax => Icon::Fax,
        Place::Text => Icon::Mail,
        Place::Outbox => Icon::Clock,
        Place::Directory => Icon::BookUser,
        Place::Mailbox(_) => Icon::Folder,
    }
}

/// What both forms need.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// Where the window is.
    pub place: Place,
    /// The sidebar has the keys.
    pub focused: bool,
    /// Now.
    pub now: DateTime,
}

/// The sidebar, 232 wide.
pub fn view<'a>(sidebar: &'a Sidebar, look: Look, at: At) -> El<'a, Message> {
    let c = look.c;
    // Its words may need a second line.
    let words = look.text(Type::Ui, fl!("new-voice")).font(SEMIBOLD).width(Length::Fill);
    let color = Kind::Tonal.face(look, Touch::Rest).text;
    let vertical = (look.height(32.0) - look.line(Type::Ui)) / 2.0;
    let head = row![
        Press::new(row![icon(Icon::Mic, 16.0, color), words].spacing(8).align_y(Alignment::Center))
            .padding(Padding::from([vertical, 9.0]).right(4))
            .width(Length::Fill)
            .face(move |touch| Kind::Tonal.face(look, touch))
            .ring(c.accent)
            .id(id::NEW_VOICE)
            .on_press(Message::NewVoice),
        button::icon_button_of(
            look,
            Kind::Outline,
            Icon::SquarePen,
            32.0,
            fl!("new-text"),
            Some("Ctrl N"),
            Some(Message::NewText)
        ),
    ]
    .spacing(8)
    .align_y(Alignment::Center)
    .padding(12);

    let entry = |place, mark, indent| entry(sidebar, look, at, place, mark, indent);
    let mut list = column![].spacing(1).padding([0, 8]);
    list = list.push(entry(Place::AllInboxes, Icon::Inbox, 0.0));
    for place in [Place::Unheard, Place::Voice, Place::Fax, Place::Text] {
        list = list.push(entry(place, place_icon(place), 12.0));
    }
    for account in &sidebar.accounts {
        list = list.push(
            container(
                ellipsis(look, Type::Small, account.settings.label.as_str())
                    .font(MEDIUM)
                    .color(c.text_2),
            )
            .padding(Padding { top: 15.0, left: 10.0, right: 10.0, bottom: 6.0 }),
        );
        for mailbox in sidebar.mailboxes_of(account.id) {
            list = list.push(entry(Place::Mailbox(mailbox.id), mailbox_icon(mailbox.role), 0.0));
        }
    }
    list = list.push(container(hairline(look)).padding([12, 10]));
    list = list.push(entry(Place::Outbox, Icon::Clock, 0.0));
    list = list.push(entry(Place::Directory, Icon::BookUser, 0.0));

    let body = column![
        head,
        scrollable(list)
            .id(id::SIDEBAR)
            .height(Length::Fill)
            .style(style::scrollbar(look))
            .direction(scrollable::Direction::Vertical(
                scrollable::Scrollbar::new().width(4).scroller_width(4)
            )),
        hairline(look),
        foot(sidebar, look, at),
    ];
    row![
        container(body)
            .width(Length::Fill)
            .height(Length::Fill)
            .style(move |_| style::area(c.sidebar)),
        vertical_hairline(look)
    ]
    .width(look.height(SIDEBAR))
    .into()
}

fn entry<'a>(
    sidebar: &'a Sidebar,
    look: Look,
    at: At,
    place: Place,
    mark: Icon,
    indent: f32,
) -> El<'a, Message> {
    let c = look.c;
    let here = at.place == place;
    let name = sidebar.name(place);
    let font = if here { SEMIBOLD } else { crate::ui::theme::REGULAR };
    let mut line = row![
        icon(mark, 16.0, if here { c.accent } else { c.text_2 }),
        ellipsis(look, Type::Ui, name).font(font).color(if here { c.text } else { c.text_2 }),
    ]
    .spacing(10)
    .align_y(Alignment::Center);
    let faulty = |id| sidebar.mailboxes.iter().any(|m| m.id == id && m.fault.is_some());
    if matches!(place, Place::Mailbox(id) if faulty(id)) {
        line = line.push(icon(Icon::TriangleAlert, 14.0, c.warn));
    }
    let count = sidebar.count(place);
    if count > 0 {
        line = line.push(look.text(Type::Small, count.to_string()).font(SEMIBOLD).color(if here {
            c.text
        } else {
            c.text_2
        }));
    }
    Press::new(container(line).center_y(Length::Fill))
        .width(Length::Fill)
        .height(look.height(30.0))
        .padding(Padding { left: 10.0 + indent, right: 10.0, ..Padding::ZERO })
        .face(move |touch| Face {
            fill: match (here, touch) {
                (true, _) if at.focused => Some(c.selected),
                (true, _) => Some(c.selected_idle),
                (_, Touch::Rest) => None,
                _ => Some(c.hover),
            },
            outline: None,
            radius: radius::CONTROL,
            text: c.text,
        })
        .ring(c.accent)
        .ring_inside()
        .tab_stop(here)
        .on_press(Message::Go(place))
        .into()
}

fn foot<'a>(sidebar: &'a Sidebar, look: Look, at: At) -> El<'a, Message> {
    let c = look.c;
    let status = sidebar.status(at.now);
    let color = if status.warn { c.warn } else { c.text_2 };
    let line = row![
        icon(status.mark, 16.0, color),
        look.text(Type::Small, status.text).color(color).width(Length::Fill),
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    let press = Press::new(line)
        .width(Length::Fill)
        .padding([8, 10])
        .face(move |touch| Kind::Ghost.face(look, touch))
        .ring(c.accent)
        .id(id::SYNC)
        .on_press(Message::Sync(true));
    let content = sidebar.sync_open.then(|| sync_list(sidebar, look, at.now));
    row![
        popover(look, press, content, Message::Sync(false)),
        button::icon_button(
            look,
            Icon::Settings,
            fl!("place-settings"),
            Some("Ctrl ,"),
            Message::Settings
        ),
    ]
    .spacing(4)
    .align_y(Alignment::Center)
    .padding([6, 7])
    .into()
}

fn sync_list<'a>(sidebar: &'a Sidebar, look: Look, now: DateTime) -> El<'a, Message> {
    let c = look.c;
    let mut list = column![].spacing(10);
    for account in &sidebar.accounts {
        let mailboxes = sidebar.faulty(account.id).cloned().collect();
        let accounts = vec![account.clone()];
        let alone = Sidebar { accounts, mailboxes, ..Sidebar::default() };
        let status = alone.status(now);
        let mut reasons: Vec<String> = alone.faults().collect();
        let reason = match &account.state {
            AccountState::Failed { error, .. } | AccountState::NeedsPassword(error) => {
                Some(wording::failure::error(error))
            }
            AccountState::Idle
            | AccountState::Checking
            | AccountState::Fetching { .. }
            | AccountState::UpToDate(_)
            | AccountState::Incomplete(_)
            | AccountState::Offline(_) => None,
        };
        reasons.extend(reason);
        reasons.extend(account.notes.quota.map(wording::server::quota));
        let mut words = column![
            look.text(Type::Ui, account.settings.label.as_str()).font(MEDIUM),
            look.text(Type::Small, status.text).color(if status.warn { c.warn } else { c.text_2 }),
        ];
        for reason in reasons {
            words = words.push(look.text(Type::Small, reason).color(c.text_2));
        }
        let mut line = row![
            icon(status.mark, 16.0, if status.warn { c.warn } else { c.text_2 }),
            words.width(Length::Fill)
        ]
        .spacing(10)
        .align_y(Alignment::Center);
        if matches!(account.state, AccountState::NeedsPassword(_)) {
            line = line.push(
                button::outline_small(look, fl!("sign-in")).on_press(Message::SignIn(account.id)),
            );
        }
        list = list.push(line);
    }
    list = list.push(button::outline_small(look, fl!("check-now")).on_press(Message::CheckNow));
    container(list).width(300.0 * look.scale).padding(12).into()
}

/// The rail, 56 wide.
pub fn rail<'a>(sidebar: &'a Sidebar, look: Look, at: At) -> El<'a, Message> {
    let c = look.c;
    let button = |kind: Kind, mark, name: String, color, message| {
        tip(
            look,
            Press::new(container(icon(mark, 18.0, color)).center(Length::Fill))
                .width(40)
                .height(36)
                .face(move |touch| kind.face(look, touch))
                .ring(c.accent)
                .on_press(message),
            name,
            None,
        )
    };
    let place = |place: Place| {
        let here = match (at.place, place) {
            (Place::Mailbox(_), Place::AllInboxes) => true,
            (now, place) => now == place,
        };
        let press = Press::new(
            container(icon(place_icon(place), 18.0, if here { c.accent } else { c.text_2 }))
                .center(Length::Fill),
        )
        .width(40)
        .height(36)
        .face(move |touch| Face {
            fill: if here {
                Some(if at.focused { c.selected } else { c.selected_idle })
            } else {
                Kind::Ghost.face(look, touch).fill
            },
            outline: None,
            radius: radius::CONTROL,
            text: c.text_2,
        })
        .ring(c.accent)
        .tab_stop(here)
        .on_press(Message::Go(place));
        let counted = matches!(place, Place::AllInboxes | Place::Unheard | Place::Outbox);
        let count = sidebar.count(place);
        let content: El<'a, Message> = if counted && count > 0 {
            stack![press, container(count_bubble(look, count)).width(40).align_x(Alignment::End)]
                .into()
        } else {
            press.into()
        };
        tip(look, content, sidebar.name(place), None)
    };
    let line = || container(hairline(look)).width(24).padding([6, 0]);
    let status = sidebar.status(at.now);
    let sync = popover(
        look,
        button(
            Kind::Ghost,
            status.mark,
            status.text,
            if status.warn { c.warn } else { c.text_2 },
            Message::Sync(true),
        ),
        sidebar.sync_open.then(|| sync_list(sidebar, look, at.now)),
        Message::Sync(false),
    );
    let body = column![
        button(Kind::Ghost, Icon::Menu, fl!("menu"), c.text_2, Message::Menu),
        button(Kind::Tonal, Icon::Mic, fl!("new-voice"), c.accent, Message::NewVoice),
        line(),
        place(Place::AllInboxes),
        place(Place::Unheard),
        place(Place::Voice),
        place(Place::Fax),
        place(Place::Text),
        line(),
        place(Place::Outbox),
        place(Place::Directory),
        space().height(Length::Fill),
        sync,
        button(Kind::Ghost, Icon::Settings, fl!("place-settings"), c.text_2, Message::Settings),
    ]
    .spacing(4)
    .align_x(Alignment::Center)
    .padding([10, 0])
    .width(RAIL - 1.0);
    row![
        container(body).height(Length::Fill).style(move |_| style::area(c.sidebar)),
        vertical_hairline(look)
    ]
    .width(RAIL)
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{MailboxFault, MailboxFaultKind};

    fn at(hour: i64) -> DateTime {
        DateTime::utc(1_760_400_000 + hour * 3600)
    }

    fn account(id: i64, state: AccountState) -> Account {
        let mut account = crate::ui::testing::account(id);
        account.state = state;
        account
    }

    #[test]
    fn the_status_says_first_what_needs_the_user() {
        let status = |states: &[AccountState]| {
            let accounts = states.iter().zip(1..).map(|(s, id)| account(id, s.clone())).collect();
            Sidebar { accounts, ..Sidebar::default() }.status(at(10)).text
        };
        let fine = AccountState::UpToDate(at(9));
        assert_eq!(status(std::slice::from_ref(&fine)), "Up to date · 09:00");
        assert_eq!(
            status(&[
                fine.clone(),
                AccountState::NeedsPassword(crate::engine::Error::PasswordNeeded)
            ]),
            "Account 2 needs your password"
        );
        assert_eq!(
            status(&[fine.clone(), AccountState::Fetching { done: 3, total: 12 }]),
            "Fetching 3 of 12…"
        );
        assert_eq!(
            status(&[AccountState::Offline(at(9)), AccountState::Offline(at(8))]),
            "Offline since 08:00"
        );
        assert_eq!(status(&[]), "Checking…");
    }

    #[test]
    fn a_mailbox_that_cannot_be_opened_is_named_with_the_servers_words() {
        let mut inbox = crate::ui::testing::mailbox(1, MailboxRole::Inbox, "INBOX", 0);
        inbox.fault = Some(MailboxFault {
            why: MailboxFaultKind::Refused,
            said: "[UNAVAILABLE] Later".into(),
            since: at(9),
        });
        let accounts = vec![account(1, AccountState::Incomplete(at(9)))];
        let sidebar = Sidebar { accounts, mailboxes: vec![inbox], ..Sidebar::default() };
        let status = sidebar.status(at(10));
        assert_eq!((status.text.as_str(), status.warn), ("Inbox can’t be opened", true));
        let faults: Vec<String> = sidebar.faults().collect();
        assert_eq!(faults, ["Inbox: The server won’t open it. It says: [UNAVAILABLE] Later"]);
    }
}
