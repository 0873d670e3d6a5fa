//! The settings drawn.

use std::path::Path;

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, scrollable, space},
};

use super::{Device, Message, Section, Settings, doctor, voice_card};
use crate::{
    engine::{OwnCard, ReceiptPolicy},
    ui::{
        prefs::Choice,
        screen::{Context, words::no_sound},
        theme::{
            Icon, Look, MEDIUM, Mode, REGULAR, SEMIBOLD, TEXT_SIZES, Type, icon,
            icons::logo,
            radius,
            style::{self, Face, Kind, Touch},
        },
        widget::{
            El, Press, button, field, hairline,
            menu::{Item, menu},
            meter, popover, segmented, slider, switch, vertical_hairline,
        },
    },
    wording::{Word, figures},
};

const SECTIONS: [(Section, Icon, Word, Word); 9] = [
    (Section::Accounts, Icon::CircleUserRound, word!("set-accounts"), word!("set-accounts-line")),
    (Section::VoiceCard, Icon::IdCard, word!("set-voice-card"), word!("set-voice-card-line")),
    (Section::Listening, Icon::Headphones, word!("set-listening"), word!("set-listening-line")),
    (Section::Recording, Icon::Mic, word!("set-recording"), word!("set-recording-line")),
    (Section::Sending, Icon::Send, word!("set-sending"), word!("set-sending-line")),
    (Section::Appearance, Icon::Palette, word!("set-appearance"), word!("set-appearance-line")),
    (Section::Keyboard, Icon::Keyboard, word!("set-keyboard"), word!("set-keyboard-line")),
    (Section::Doctor, Icon::ShieldCheck, word!("set-doctor"), word!("set-doctor-line")),
    (Section::About, Icon::Info, word!("set-about"), word!("set-about-line")),
];

/// Draws the page.
pub fn view<'a>(settings: &'a Settings, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let narrow = ctx.width < 760.0;
    let (_, _, title, line) =
        SECTIONS.iter().find(|(section, ..)| *section == settings.section).unwrap_or(&SECTIONS[0]);
    let rows: Vec<El<'a, Message>> = match settings.section {
        Section::Accounts => accounts(look, ctx),
        Section::VoiceCard => settings
            .card
            .iter()
            .map(|card| voice_card::view(card, ctx.audio, look).map(Message::Card))
            .chain([own_card(look, ctx)])
            .collect(),
        Section::Listening => listening(look, ctx, settings),
        Section::Recording => recording(look, ctx, settings),
        Section::Sending => sending(look, ctx),
        Section::Appearance => appearance(look, ctx),
        Section::Keyboard => keyboard(look, ctx),
        Section::Doctor => doctor::view(&settings.doctor, ctx, look)
            .into_iter()
            .map(|row| row.map(Message::Doctor))
            .collect(),
        Section::About => about(look),
    };
    let mut page = column![
        look.text(Type::Title, title()),
        look.text(Type::Ui, line()).color(c.text_2),
        space().height(12),
    ]
    .spacing(4)
    .max_width(712);
    for row in rows {
        page = page.push(row);
    }
    let page =
        scrollable(container(page).width(Length::Fill).padding([32, if narrow { 20 } else { 48 }]))
            .height(Length::Fill)
            .width(Length::Fill)
            .style(style::scrollbar(look));
    let content = container(page)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| style::area(c.reading));
    row![nav(look, settings.section, narrow), vertical_hairline(look), content].into()
}

fn nav<'a>(look: Look, now: Section, narrow: bool) -> El<'a, Message> {
    let c = look.c;
    let entry = |mark, name: String, here: bool, message| -> El<'a, Message> {
        let color = if here { c.accent } else { c.text_2 };
        let mut line = row![icon(mark, 16.0, color)].spacing(10).align_y(Alignment::Center);
        if !narrow {
            line = line.push(
                look.text(Type::Ui, name)
                    .font(if here { SEMIBOLD } else { REGULAR })
                    .color(if here { c.text } else { c.text_2 }),
            );
        }
        // A long name takes a second line.
        let vertical = (look.height(30.0) - look.line(Type::Ui)) / 2.0;
        Press::new(line)
            .width(Length::Fill)
            .padding(Padding::from([vertical, 10.0]))
            .face(move |touch| Face {
                fill: match (here, touch) {
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
            .on_press(message)
            .into()
    };
    let mut list =
        column![entry(Icon::ArrowLeft, fl!("set-back"), false, Message::Back), space().height(10)]
            .spacing(1)
            .padding(8);
    for (section, mark, name, _) in SECTIONS {
        list = list.push(entry(mark, name(), section == now, Message::Show(section)));
    }
    container(list)
        .width(if narrow { 55 } else { 231 })
        .height(Length::Fill)
        .padding(Padding { top: 4.0, ..Padding::ZERO })
        .style(move |_| style::area(c.sidebar))
        .into()
}

fn heading<'a>(look: Look, title: String) -> El<'a, Message> {
    column![
        space().height(12),
        look.text(Type::Ui, title).font(SEMIBOLD),
        space().height(6),
        hairline(look)
    ]
    .into()
}

/// A row: title, one line of help, and the control at the right.
fn line<'a>(
    look: Look,
    title: String,
    help: String,
    control: impl Into<El<'a, Message>>,
) -> El<'a, Message> {
    let words = column![
        look.text(Type::Ui, title).font(MEDIUM),
        look.text(Type::Small, help).color(look.c.text_2)
    ]
    .spacing(1)
    .width(Length::Fill);
    column![
        container(row![words, control.into()].spacing(16).align_y(Alignment::Center))
            .padding([11, 0]),
        hairline(look)
    ]
    .into()
}

fn on_off<'a>(look: Look, on: bool, message: Message) -> El<'a, Message> {
    row![
        look.text(Type::Small, if on { fl!("on") } else { fl!("off") }).color(look.c.text_2),
        switch(look, on, message)
    ]
    .spacing(8)
    .align_y(Alignment::Center)
    .into()
}

fn choice<'a>(
    look: Look,
    mark: Icon,
    device: Device,
    now: Option<&'a String>,
    names: &'a [String],
    open: bool,
) -> El<'a, Message> {
    let label = now.cloned().unwrap_or_else(|| fl!("device-system"));
    let press = Press::new(
        container(
            row![
                icon(mark, 16.0, look.c.text_2),
                crate::ui::widget::ellipsis(look, Type::Ui, label),
                icon(Icon::ChevronsUpDown, 14.0, look.c.text_2)
            ]
            .spacing(8)
            .align_y(Alignment::Center),
        )
        .center_y(Length::Fill),
    )
    .width(236.0 * look.scale)
    .height(look.height(32.0))
    .padding([0, 10])
    .face(move |touch| Kind::Outline.face(look, touch))
    .ring(look.c.accent)
    .on_press(Message::Devices((!open).then_some(device)));
    let list = open.then(|| {
        let mut items = vec![
            Item::new(fl!("device-system"), Message::Use(device, None)).checked(now.is_none()),
        ];
        items.extend(names.iter().map(|name| {
            Item::new(name.clone(), Message::Use(device, Some(name.clone())))
                .checked(now == Some(name))
        }));
        menu(look, items, 280.0)
    });
    popover(look, press, list, Message::Devices(None)).end().into()
}

fn listening<'a>(look: Look, ctx: &Context<'a>, s: &'a Settings) -> Vec<El<'a, Message>> {
    let prefs = &ctx.prefs;
    let step = |mark, name: String, by| {
        button::icon_button_of(look, Kind::Ghost, mark, 28.0, name, None, Some(Message::Speed(by)))
    };
    let stepper = container(
        row![
            step(Icon::Minus, fl!("slower"), -0.25),
            container(look.text(Type::Ui, figures::speed(prefs.speed)).font(SEMIBOLD))
                .center_x(Length::Fixed(48.0)),
            step(Icon::Plus, fl!("faster"), 0.25),
        ]
        .align_y(Alignment::Center),
    )
    .padding(1)
    .style(move |_| style::boxed(look.c.reading, Some(look.c.border_strong), radius::CONTROL));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let percent = (prefs.volume * 100.0).round() as usize;
    let volume = row![
        slider(look, prefs.volume, Message::Volume).width(180),
        look.text(Type::Ui, fl!("percent", count = percent)).color(look.c.text_2)
    ]
    .spacing(16)
    .align_y(Alignment::Center);
    let devices = choice(
        look,
        Icon::Headphones,
        Device::Output,
        s.output.as_ref(),
        &ctx.audio.outputs,
        s.open == Some(Device::Output),
    );
    let test = button::labelled(
        look,
        Kind::Outline,
        button::Size::Default,
        Some(Icon::Play),
        fl!("set-test"),
    )
    .on_press(Message::TestOutput);
    let output = ctx.audio.player.problem.as_ref().map_or_else(|| fl!("set-output-line"), no_sound);
    let speed_line = match crate::audio::KEEPS_PITCH {
        true => fl!("set-speed-line"),
        false => fl!("set-speed-line-tape"),
    };
    vec![
        heading(look, fl!("set-sound")),
        line(look, fl!("set-output"), output, row![devices, test].spacing(12)),
        line(look, fl!("set-volume"), fl!("set-volume-line"), volume),
        heading(look, fl!("set-playback")),
        line(look, fl!("set-speed"), speed_line, stepper),
        line(
            look,
            fl!("set-silence"),
            fl!("set-silence-line"),
            on_off(look, prefs.skip_silence, Message::SkipSilence(!prefs.skip_silence)),
        ),
        line(
            look,
            fl!("set-name-first"),
            fl!("set-name-first-line"),
            on_off(look, prefs.name_first, Message::Choose(Choice::NameFirst(!prefs.name_first))),
        ),
        program(look, ctx, s),
    ]
}

/// The program for recordings that Aloud cannot decode.
fn program<'a>(look: Look, ctx: &Context<'a>, s: &'a Settings) -> El<'a, Message> {
    let chosen = ctx.prefs.ffmpeg.as_deref().and_then(Path::to_str).unwrap_or_default();
    let value = s.program.as_deref().unwrap_or(chosen);
    let input = field(look, "/usr/bin/ffmpeg", value, s.program_wrong)
        .id("set-program")
        .on_input(Message::Program)
        .width(300);
    let choose = button::outline_small(look, fl!("set-program-choose"));
    let control =
        row![input, choose.on_press(Message::FindProgram)].spacing(8).align_y(Alignment::Center);
    let text = if s.program_wrong { fl!("set-program-wrong") } else { fl!("set-program-line") };
    let color = if s.program_wrong { look.c.danger } else { look.c.text_2 };
    column![
        container(
            column![
                look.text(Type::Ui, fl!("set-program")).font(MEDIUM),
                look.text(Type::Small, text).color(color),
                space().height(6),
                control
            ]
            .spacing(1)
        )
        .padding([11, 0]),
        hairline(look)
    ]
    .into()
}

fn recording<'a>(look: Look, ctx: &Context<'a>, s: &'a Settings) -> Vec<El<'a, Message>> {
    let recorder = &ctx.audio.recorder;
    let mut level = row![].spacing(16).align_y(Alignment::Center);
    if s.listens && recorder.problem.is_none() {
        level = level.push(meter(look, recorder.level, recorder.silent));
    }
    let label = if s.listens { fl!("set-test-end") } else { fl!("set-test") };
    let level = level.push(button::outline(look, label).on_press(Message::TestInput));
    let problem = recorder.problem.as_ref().filter(|_| s.listens);
    let text = problem.map_or_else(|| fl!("set-level-line"), no_sound);
    vec![
        line(
            look,
            fl!("set-input"),
            fl!("set-input-line"),
            choice(
                look,
                Icon::Mic,
                Device::Input,
                s.input.as_ref(),
                &ctx.audio.inputs,
                s.open == Some(Device::Input),
            ),
        ),
        line(look, fl!("set-level"), text, level),
    ]
}

fn sending<'a>(look: Look, ctx: &Context<'_>) -> Vec<El<'a, Message>> {
    let now = ctx.prefs.undo_seconds;
    let options = [0_u32, 5, 10, 20, 30].map(|seconds| {
        (
            fl!("seconds", count = seconds as usize),
            seconds == now,
            Message::Choose(Choice::UndoSeconds(seconds)),
        )
    });
    let prefs = &ctx.prefs;
    let receipts = [
        (ReceiptPolicy::Ask, fl!("receipts-ask")),
        (ReceiptPolicy::Always, fl!("receipts-always")),
        (ReceiptPolicy::Never, fl!("receipts-never")),
    ];
    let receipts = match ctx.fixed_receipts {
        Some(fixed) => {
            let name = receipts.into_iter().find(|(policy, _)| *policy == fixed);
            let name = name.map(|(_, name)| name).unwrap_or_default();
            let fixed = column![
                look.text(Type::Ui, name).font(MEDIUM),
                look.text(Type::Small, fl!("set-by-administrator")).color(look.c.text_2)
            ];
            line(look, fl!("set-receipts"), fl!("set-receipts-line"), fixed)
        }
        None => {
            let choices = receipts.map(|(policy, name)| {
                (name, policy == prefs.receipts, Message::Choose(Choice::Receipts(policy)))
            });
            line(look, fl!("set-receipts"), fl!("set-receipts-line"), segmented(look, choices))
        }
    };
    vec![
        line(look, fl!("set-undo"), fl!("set-undo-line"), segmented(look, options)),
        receipts,
        own_card(look, ctx),
    ]
}

/// When the own contact card goes along.
fn own_card<'a>(look: Look, ctx: &Context<'_>) -> El<'a, Message> {
    let card = [
        (OwnCard::Automatic, fl!("card-automatic")),
        (OwnCard::Always, fl!("card-always")),
        (OwnCard::Never, fl!("card-never")),
    ]
    .map(|(when, name)| (name, when == ctx.prefs.own_card, Message::Choose(Choice::OwnCard(when))));
    line(look, fl!("set-card"), fl!("set-card-line"), segmented(look, card))
}

fn appearance<'a>(look: Look, ctx: &Context<'_>) -> Vec<El<'a, Message>> {
    let prefs = &ctx.prefs;
    let modes = [
        (Mode::System, fl!("theme-system")),
        (Mode::Light, fl!("theme-light")),
        (Mode::Dark, fl!("theme-dark")),
    ]
    .map(|(mode, name)| (name, mode == prefs.theme, Message::Choose(Choice::Theme(mode))));
    let sizes = TEXT_SIZES.map(|percent| {
        (
            fl!("percent", count = usize::from(percent)),
            percent == prefs.text_size,
            Message::Choose(Choice::TextSize(percent)),
        )
    });
    let density = [(false, fl!("density-comfortable")), (true, fl!("density-compact"))].map(
        |(compact, name)| {
            (name, compact == prefs.compact, Message::Choose(Choice::Compact(compact)))
        },
    );
    vec![
        line(look, fl!("set-theme"), fl!("set-theme-line"), segmented(look, modes)),
        line(look, fl!("set-text-size"), fl!("set-text-size-line"), segmented(look, sizes)),
        line(look, fl!("set-density"), fl!("set-density-line"), segmented(look, density)),
        line(
            look,
            fl!("set-motion"),
            fl!("set-motion-line"),
            on_off(
                look,
                prefs.reduced_motion,
                Message::Choose(Choice::ReducedMotion(!prefs.reduced_motion)),
            ),
        ),
    ]
}

fn keyboard<'a>(look: Look, ctx: &Context<'_>) -> Vec<El<'a, Message>> {
    let on = ctx.prefs.phone_keys;
    let control = row![
        button::ghost(look, None, fl!("see-keys")).on_press(Message::Keys),
        on_off(look, on, Message::Choose(Choice::PhoneKeys(!on)))
    ]
    .spacing(16)
    .align_y(Alignment::Center);
    vec![line(look, fl!("set-phone"), fl!("set-phone-line"), control)]
}

fn accounts<'a>(look: Look, ctx: &Context<'a>) -> Vec<El<'a, Message>> {
    let mut rows: Vec<El<'a, Message>> = ctx
        .accounts
        .iter()
        .map(|account| {
            let s = &account.settings;
            let detail = fl!(
                "account-detail",
                address = s.address.as_str(),
                imap = &s.imap.host,
                smtp = &s.smtp.host
            );
            let remove =
                button::labelled(look, Kind::Destructive, button::Size::Small, None, fl!("remove"))
                    .on_press(Message::RemoveAccount(account.id));
            // The demo mailbox is as it is.
            let edit = (!s.demo).then(|| {
                button::labelled(look, Kind::Outline, button::Size::Small, None, fl!("edit"))
                    .on_press(Message::EditAccount(account.id))
            });
            line(look, s.label.clone(), detail, row![].push(edit).push(remove).spacing(8))
        })
        .collect();
    rows.push(space().height(16).into());
    rows.push(button::outline(look, fl!("demo-add")).on_press(Message::AddAccount).into());
    rows
}

fn about<'a>(look: Look) -> Vec<El<'a, Message>> {
    let licences = look.text(Type::Small, fl!("about-licences")).color(look.c.text_2);
    vec![
        row![
            logo(look, 48.0),
            column![
                look.text(Type::Heading, "Aloud"),
                look.text(Type::Ui, fl!("about-version", version = env!("CARGO_PKG_VERSION")))
                    .color(look.c.text_2),
            ]
        ]
        .spacing(16)
        .align_y(Alignment::Center)
        .into(),
        space().height(16).into(),
        licences.into(),
    ]
}
