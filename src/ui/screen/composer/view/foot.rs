//! The foot of the composer: in which format the message goes, and Send.

use iced::{
    Alignment, Length, Padding,
    widget::{container, row, space},
};

use super::super::{Composer, Medium, Message, Popover};
use crate::{
    model::voice::VoiceFormat,
    ui::{
        screen::Context,
        theme::{Icon, Look, Type, style::Kind as Button},
        widget::{
            El, button,
            menu::{Item, menu},
            popover,
        },
    },
};

/// The foot: the format line, "Save draft" and Send.
pub(super) fn foot<'a>(composer: &'a Composer, ctx: &Context<'_>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let open = composer.recorder.is_open();
    let label = if composer.is_sending() {
        fl!("composer-sending")
    } else if open && composer.medium == Medium::Voice {
        fl!("composer-finish-send")
    } else {
        fl!("composer-send")
    };
    let send =
        button::labelled(look, Button::Primary, button::Size::Default, Some(Icon::Send), label)
            .id("composer-send")
            .on_press_maybe((!composer.is_sending()).then_some(Message::Send));
    let line = format_line(composer);
    let mut left = row![].spacing(8).align_y(Alignment::Center);
    if let Some(line) = line {
        let details = (composer.popover == Some(Popover::Format)).then(|| {
            let choices = [
                (None, fl!("format-auto")),
                (Some(VoiceFormat::Vpim), fl!("format-vpim")),
                (Some(VoiceFormat::Ivm), fl!("format-ivm")),
                (Some(VoiceFormat::Friendly), fl!("format-friendly")),
            ];
            let items = choices
                .map(|(format, name)| {
                    Item::new(name, Message::Format(format)).checked(format == composer.format)
                })
                .into();
            menu(look, items, 300.0)
        });
        let info = button::icon_button_of(
            look,
            Button::Ghost,
            Icon::Info,
            28.0,
            fl!("details"),
            None,
            Some(Message::Toggle(Popover::Format)),
        );
        left = left.push(
            container(popover(look, info, details, Message::Toggle(Popover::Format)))
                .padding(Padding::ZERO.left(-7.0)),
        );
        left = left.push(look.text(Type::Small, line).color(c.text_2).width(Length::Fill));
    } else {
        left = left.push(space().width(Length::Fill));
    }
    let mut all = row![left.width(Length::Fill)].spacing(8).align_y(Alignment::Center);
    if composer.holds_something() && !open && ctx.width / look.scale >= 480.0 {
        all = all
            .push(button::ghost(look, None, fl!("composer-save-draft")).on_press(Message::Close));
    }
    all.push(send).into()
}

/// The quiet line about protocol, in words.
fn format_line(composer: &Composer) -> Option<String> {
    if composer.medium == Medium::Text || composer.plan.groups.is_empty() {
        return None;
    }
    let groups: Vec<(VoiceFormat, Vec<String>)> = match composer.format {
        Some(format) => {
            let all = composer.plan.groups.iter().flat_map(|(_, to)| to);
            vec![(format, all.map(|a| composer.label_of(a)).collect())]
        }
        None => composer
            .plan
            .groups
            .iter()
            .map(|(format, to)| (*format, to.iter().map(|a| composer.label_of(a)).collect()))
            .collect(),
    };
    if let [(format, names)] = groups.as_slice() {
        // What was chosen by hand is nothing that the recipients' systems are known to take.
        let by_hand = composer.format == Some(VoiceFormat::Vpim)
            && composer.plan.groups.iter().any(|(known, _)| *known != VoiceFormat::Vpim);
        return Some(match (format, names.len()) {
            (VoiceFormat::Vpim, _) if by_hand => fl!("format-line-vpim-chosen"),
            (VoiceFormat::Vpim, 1) => fl!("format-line-vpim-one", name = &names[0]),
            (VoiceFormat::Vpim, 2) => fl!("format-line-vpim-both"),
            (VoiceFormat::Vpim, _) => fl!("format-line-vpim-all"),
            (VoiceFormat::Ivm, _) => fl!("format-line-ivm"),
            (VoiceFormat::Friendly, _) => fl!("format-line-friendly"),
        });
    }
    let part = |(format, names): &(VoiceFormat, Vec<String>)| {
        let word = match format {
            VoiceFormat::Vpim => fl!("format-word-vpim"),
            VoiceFormat::Ivm => fl!("format-word-ivm"),
            VoiceFormat::Friendly => fl!("format-word-friendly"),
        };
        fl!("format-line-part", format = &word, names = names.join(", "))
    };
    let parts: Vec<String> = groups.iter().map(part).collect();
    let (last, first) = parts.split_last()?;
    let list = fl!("list-and", first = first.join(", "), last = last);
    Some(fl!("format-line-mixed", list = &list))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::State,
        engine::FormatPlan,
        ui::screen::{
            Compose,
            testing::{ctx, person},
        },
    };

    fn composer(groups: Vec<(VoiceFormat, &[&str])>) -> Composer {
        let idle = State::default();
        let (mut c, _) = Composer::open(&Compose::Voice(Vec::new()), &ctx(&idle));
        c.plan = FormatPlan {
            groups: groups
                .into_iter()
                .map(|(f, names)| {
                    (f, names.iter().map(|n| person(n, &format!("{n}@x.example"))).collect())
                })
                .collect(),
            ..FormatPlan::default()
        };
        c
    }

    #[test]
    fn the_format_line_in_words() {
        use VoiceFormat::{Friendly, Ivm, Vpim};
        for (groups, text) in [
            (
                vec![(Vpim, &["a", "b"][..])],
                "Sent as VPIM voice mail, as both recipients’ systems take it.",
            ),
            (
                vec![(Ivm, &["a"][..])],
                "Sent as IVM voice mail. Ordinary mail apps may not play it.",
            ),
            (
                vec![(Friendly, &["a"][..])],
                "Sent as a mail with a sound file (WAV) that ordinary programs play.",
            ),
            (
                vec![(Vpim, &["Harrow"][..]), (Ivm, &["MeiLing"][..])],
                "Sent as VPIM to Harrow and as IVM to MeiLing.",
            ),
        ] {
            assert_eq!(format_line(&composer(groups)).as_deref(), Some(text));
        }
        assert_eq!(format_line(&composer(Vec::new())), None);
        let mut c = composer(vec![(Friendly, &["a"][..])]);
        c.format = Some(Vpim);
        let said = format_line(&c).expect("a sentence");
        assert!(said.contains("as you chose"), "{said}");
    }

    #[test]
    fn only_vpim_goes_without_the_note() {
        let mut c = composer(vec![(VoiceFormat::Vpim, &["Harrow"]), (VoiceFormat::Ivm, &["Mei"])]);
        assert_eq!(c.without_note(), ["Harrow"]);
        c.format = Some(VoiceFormat::Friendly);
        assert!(c.without_note().is_empty());
    }
}
