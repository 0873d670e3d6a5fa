//! How the window is put together.

use iced::{
    Alignment, Length, Padding,
    widget::{Space, column, container, mouse_area, opaque, row, space, stack},
};

use super::{App, Layout, Message, Page, Pane, dialog};
use crate::engine::AccountState;
use crate::ui::{
    keymap::Tidy,
    list, now_playing,
    screen::{account, composer, directory, outbox, reader, settings, welcome},
    sidebar::{self, Place},
    theme::{Icon, Type, icon, style},
    toast,
    widget::{El, button, empty, hairline, key_cap, modal, turning, veiled, vertical_hairline},
};

/// The whole window.
pub fn view(app: &App) -> El<'_, Message> {
    let look = app.shared.look();
    let c = look.c;
    let page: El<'_, Message> = match &app.page {
        Page::Starting => Space::new().width(Length::Fill).height(Length::Fill).into(),
        Page::Welcome => welcome::view(look, app.shared.size.width).map(Message::Welcome),
        Page::Account(form) => account::view(form, look).map(Message::Account),
        Page::Settings(settings) => {
            let ctx = app.shared.context_of(app.shared.size.width);
            settings::view(settings, &ctx, look).map(Message::Settings)
        }
        Page::Mail => mail(app),
    };
    let ground = container(page)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| container::Style { text_color: Some(c.text), ..style::area(c.list) });
    // What can be covered has the same place in the tree with and without a cover, so that it keeps
    // its focus, its cursors and its scroll.
    let mut layers = stack![veiled(ground, app.menu)];
    if let Some(shown) = &app.toast {
        layers = layers.push(toast_layer(app, shown));
    }
    if app.menu {
        layers = layers.push(menu(app));
    }
    let dialog = app.dialog.as_ref().map(|open| {
        let close = Message::Dialog(dialog::Message::Close);
        modal(look, dialog::view(open, &app.shared).map(Message::Dialog), close)
    });
    turning(stack![veiled(layers, app.dialog.is_some())].push(dialog), app.turn())
}

fn mail(app: &App) -> El<'_, Message> {
    let shared = &app.shared;
    let look = shared.look();
    let layout = shared.layout();
    let at = sidebar::At { place: app.place, focused: app.pane == Pane::Sidebar, now: shared.now };
    let side = match layout {
        Layout::Wide => sidebar::view(&shared.sidebar, look, at),
        Layout::Medium | Layout::Narrow => sidebar::rail(&shared.sidebar, look, at),
    }
    .map(Message::Sidebar);
    let strip = strip(app);
    match layout {
        Layout::Narrow => {
            let pane = if composing(app) || app.forward { reading(app) } else { middle(app) };
            row![side, column![pane].push(strip).width(Length::Fill)].into()
        }
        Layout::Wide | Layout::Medium => {
            let middle = container(middle(app)).width(shared.list_width() - 1.0);
            let mut reading = stack![reading(app)];
            if layout == Layout::Wide {
                // Room to take hold of the border of the list.
                reading = reading.push(
                    mouse_area(Space::new().width(5).height(Length::Fill))
                        .interaction(iced::mouse::Interaction::ResizingHorizontally)
                        .on_press(Message::Drag(true)),
                );
            }
            let panes = row![side, middle, vertical_hairline(look), reading].height(Length::Fill);
            column![panes].push(strip).into()
        }
    }
}

/// List, outbox, or people of the directory.
fn middle(app: &App) -> El<'_, Message> {
    let shared = &app.shared;
    let look = shared.look();
    let ctx = shared.context_of(shared.list_width());
    match app.place {
        Place::Outbox => match &app.outbox {
            Some(state) => {
                let head = container(look.text(Type::Heading, fl!("place-outbox")))
                    .padding([0, 16])
                    .center_y(Length::Fixed(look.height(52.0)));
                let body = outbox::view(state, &ctx, look).map(Message::Outbox);
                container(column![head, hairline(look), body])
                    .width(Length::Fill)
                    .height(Length::Fill)
                    .style(move |_| style::area(look.c.list))
                    .into()
            }
            None => Space::new().into(),
        },
        Place::Directory => match &app.directory {
            Some(state) => directory::list(state, &ctx, look).map(Message::Directory),
            None => Space::new().into(),
        },
        Place::AllInboxes
        | Place::Unheard
        | Place::Voice
        | Place::Fax
        | Place::Text
        | Place::Mailbox(_) => {
            let player = &shared.sound.player;
            let at = list::At {
                focused: app.pane == Pane::List,
                now: shared.now,
                compact: shared.prefs.compact,
                playing: (player.phase == crate::audio::Phase::Playing)
                    .then(|| app.playing.as_ref().map(|p| p.row.key))
                    .flatten(),
                offline: shared.offline(),
                checking: shared.sidebar.accounts.iter().any(|account| {
                    matches!(
                        account.state,
                        AccountState::Idle | AccountState::Checking | AccountState::Fetching { .. }
                    )
                }),
            };
            list::view(
                &app.list,
                look,
                at,
                shared.sidebar.name(app.place),
                &shared.faces,
                app.bars(),
            )
            .map(Message::List)
        }
    }
}

fn composing(app: &App) -> bool {
    app.composer.is_some()
}

/// Message, card, composer, or what stands for them.
fn reading(app: &App) -> El<'_, Message> {
    let shared = &app.shared;
    let look = shared.look();
    let c = look.c;
    let ctx = shared.context();
    let narrow = shared.layout() == Layout::Narrow;
    let docked = app.composer.is_some();
    let content: El<'_, Message> = match (app.place, &app.directory, &app.reader) {
        (Place::Directory, Some(state), _) => {
            directory::card(state, &ctx, look).map(Message::Directory)
        }
        (place, _, _) if place.scope().is_some() && app.list.marked.len() > 1 => several(app),
        (place, _, Some(state)) if place.scope().is_some() => {
            reader::view(state, docked, &ctx, look).map(Message::Reader)
        }
        _ => nothing(app),
    };
    let content: El<'_, Message> = match &app.composer {
        None => content,
        Some(state) => {
            let fills = narrow || state.is_maximized();
            let form = composer::view(state, fills, &ctx, look).map(Message::Composer);
            // The form has one place, so that its field keeps the focus when it fills the pane.
            let content = if fills { space().height(0).into() } else { content };
            let height = if fills { Length::Shrink } else { Length::Fill };
            column![container(content).height(height), form].into()
        }
    };
    let pane = container(content)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| style::area(c.reading));
    mouse_area(pane).on_press(Message::Pane(Pane::Reading)).into()
}

fn nothing(app: &App) -> El<'_, Message> {
    let look = app.shared.look();
    let hint = |caps: &[&'static str], words: String| -> El<'_, Message> {
        let caps = row(caps.iter().map(|cap| key_cap(look, cap))).spacing(4);
        row![
            container(caps).width(70).align_x(Alignment::End),
            look.text(Type::Ui, words).color(look.c.text_2)
        ]
        .spacing(20)
        .align_y(Alignment::Center)
        .into()
    };
    let hints = column![
        hint(&["J", "K"], fl!("hint-next")),
        hint(&["Space"], fl!("key-play")),
        hint(&["R"], fl!("key-reply-voice")),
        hint(&["?"], fl!("hint-keys")),
    ]
    .spacing(10);
    let hints: El<'_, Message> =
        container(hints).padding(Padding { top: 20.0, right: 40.0, ..Padding::ZERO }).into();
    empty(
        look,
        icon(Icon::AudioLines, 40.0, look.c.text_2).into(),
        fl!("nothing-selected"),
        fl!("nothing-selected-line"),
        Some(hints),
    )
}

fn several(app: &App) -> El<'_, Message> {
    let look = app.shared.look();
    let count = app.list.marked.len();
    let act = |mark, label: String, command| {
        button::labelled(look, style::Kind::Outline, button::Size::Default, Some(mark), label)
            .on_press(Message::Many(command))
    };
    let buttons = row![
        act(Icon::Archive, fl!("key-archive"), Tidy::Archive),
        act(Icon::Trash2, fl!("key-delete"), Tidy::Delete),
        act(Icon::CircleCheck, fl!("mark-heard"), Tidy::ToggleHeard),
    ]
    .spacing(8);
    empty(
        look,
        icon(Icon::CheckCheck, 40.0, look.c.text_2).into(),
        fl!("several-selected", count = count),
        fl!("several-line"),
        Some(buttons.into()),
    )
}

fn strip(app: &App) -> Option<El<'_, Message>> {
    let playing = app.playing.as_ref()?;
    if app.shown() == Some(playing.row.key) {
        return None;
    }
    let shared = &app.shared;
    let narrow = shared.layout() == Layout::Narrow;
    let view =
        now_playing::view(playing, &shared.sound.player, &shared.faces, shared.look(), narrow);
    Some(view.map(Message::Strip))
}

fn toast_layer<'a>(app: &'a App, shown: &toast::Toast) -> El<'a, Message> {
    let look = app.shared.look();
    let above = if strip(app).is_some() { 64.0 + 16.0 } else { 16.0 };
    let left = match app.page {
        Page::Mail | Page::Settings(_) => app.shared.side_width(),
        Page::Starting | Page::Welcome | Page::Account(_) => 0.0,
    };
    container(column![space().height(Length::Fill), toast::view(shown, look).map(Message::Toast)])
        .width(Length::Fill)
        .height(Length::Fill)
        .align_x(Alignment::Center)
        .padding(Padding { left, bottom: above, top: 0.0, right: 0.0 })
        .into()
}

/// The whole sidebar over a narrow window.
fn menu(app: &App) -> El<'_, Message> {
    let look = app.shared.look();
    let at = sidebar::At { place: app.place, focused: true, now: app.shared.now };
    let side = opaque(sidebar::view(&app.shared.sidebar, look, at).map(Message::Sidebar));
    let scrim = mouse_area(
        container(Space::new())
            .width(Length::Fill)
            .height(Length::Fill)
            .style(move |_| style::area(look.c.scrim())),
    )
    .on_press(Message::CloseMenu);
    opaque(row![side, scrim])
}
