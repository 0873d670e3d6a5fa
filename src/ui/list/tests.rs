use super::*;
use crate::ui::testing::row;

const HEIGHT: f32 = 76.0;

fn page(from: i64, count: i64, total: u32) -> ListPage {
    ListPage { rows: (from..from + count).map(row).collect(), total, unseen: 2 }
}

/// A list of ten rows, keys 0 to 9.
fn ten() -> List {
    let mut list = List::default();
    let fetch = list.show(Scope::AllInboxes, HEIGHT).remove(0);
    assert_eq!(fetch.query.limit, PAGE);
    list.update(Message::Page(fetch.generation, 0, Ok(page(0, 10, 10))), HEIGHT);
    list
}

#[test]
fn answers_to_older_questions_are_dropped() {
    let mut list = List::default();
    let old = list.show(Scope::AllInboxes, HEIGHT).remove(0);
    let new = list.show(Scope::Voice, HEIGHT).remove(0);
    list.update(Message::Page(old.generation, 0, Ok(page(0, 10, 10))), HEIGHT);
    assert!(!list.loaded && list.total == 0);
    list.update(Message::Page(new.generation, 0, Ok(page(20, 1, 1))), HEIGHT);
    assert_eq!((list.total, list.row(0).map(|r| r.key)), (1, Some(MessageKey(20))));
}

#[test]
fn only_rows_in_view_are_built_and_pages_follow_the_scrolling() {
    let mut list = List::default();
    let first = list.show(Scope::AllInboxes, HEIGHT).remove(0);
    list.update(Message::Page(first.generation, 0, Ok(page(0, 60, 100_000))), HEIGHT);
    let action = list.update(Message::Scrolled(HEIGHT * 50_000.0, 760.0), HEIGHT);
    let visible = list.visible(HEIGHT);
    assert!(visible.contains(&50_000) && visible.len() < 24, "{visible:?}");
    let Action::Fetch(fetches) = action else { panic!("{action:?}") };
    assert!(fetches.iter().any(|f| f.page == 50_000 / PAGE));
    for at in 0..40 {
        list.update(Message::Scrolled(HEIGHT * 60.0 * at as f32, 760.0), HEIGHT);
        let page_no = at;
        list.update(
            Message::Page(list.generation, page_no, Ok(page(i64::from(at) * 60, 60, 100_000))),
            HEIGHT,
        );
    }
    assert!(list.pages.len() <= KEPT + 1, "{}", list.pages.len());
}

#[test]
fn keys_move_and_stop_at_the_ends() {
    let mut list = ten();
    assert_eq!(list.step(1, HEIGHT), Action::Select(MessageKey(0)), "first the row of the cursor");
    assert_eq!(list.step(1, HEIGHT), Action::Select(MessageKey(1)));
    assert_eq!(list.end(true, HEIGHT), Action::Select(MessageKey(9)));
    assert_eq!(list.step(1, HEIGHT), Action::Select(MessageKey(9)));
    assert_eq!(list.end(false, HEIGHT), Action::Select(MessageKey(0)));
}

#[test]
fn several_are_selected_with_x_and_shift() {
    let mut list = ten();
    list.step(1, HEIGHT);
    list.toggle_mark();
    list.extend(1, HEIGHT);
    list.extend(1, HEIGHT);
    assert_eq!(list.chosen(), [MessageKey(0), MessageKey(1), MessageKey(2)]);
    list.toggle_mark();
    assert_eq!(list.chosen(), [MessageKey(0), MessageKey(1)]);
    list.step(1, HEIGHT);
    assert_eq!(list.chosen(), [MessageKey(3)], "moving without Shift selects one");
}

#[test]
fn removed_rows_close_the_gap_and_the_next_one_is_selected() {
    let mut list = ten();
    list.update(Message::Pressed(3), HEIGHT);
    assert_eq!(list.remove(&[MessageKey(3), MessageKey(1)]), Action::Select(MessageKey(4)));
    let keys: Vec<i64> = (0..list.total).filter_map(|i| list.row(i)).map(|r| r.key.0).collect();
    assert_eq!(keys, [0, 2, 4, 5, 6, 7, 8, 9]);
    assert_eq!(list.remove(&[MessageKey(0)]), Action::None);
    assert_eq!(list.row(0).map(|r| r.key.0), Some(2));
    list.end(true, HEIGHT);
    assert_eq!(
        list.remove(&[MessageKey(9)]),
        Action::Select(MessageKey(8)),
        "at the end, the last"
    );
}

#[test]
fn a_reload_keeps_what_is_shown_and_follows_the_selected_message() {
    let mut list = ten();
    list.update(Message::Pressed(2), HEIGHT);
    let fetch = list.reload(HEIGHT).remove(0);
    assert!(list.row(2).is_some());
    // Two new messages came before it.
    let mut rows = page(0, 10, 12);
    rows.rows.splice(0..0, [row(100), row(101)]);
    let action = list.update(Message::Page(fetch.generation, 0, Ok(rows)), HEIGHT);
    assert_eq!(action, Action::None);
    assert_eq!((list.selected, list.cursor), (Some(MessageKey(2)), 4));
}

#[test]
fn scrolls_only_when_the_cursor_is_out_of_view() {
    let mut list = ten();
    list.update(Message::Scrolled(0.0, 400.0), HEIGHT);
    list.step(1, HEIGHT);
    assert_eq!(list.scroll_target(HEIGHT), None);
    list.end(true, HEIGHT);
    assert_eq!(list.scroll_target(HEIGHT), Some(10.0 * HEIGHT + 12.0 - 400.0));
}

#[test]
fn icons_and_measures_follow_the_primary_content() {
    use super::view::measure;
    use crate::{model::MessageKind, ui::theme::Icon};
    let of = |kind| ListRow { kind, pages: Some(3), ..row(1) };
    for (kind, mark, text) in [
        (MessageKind::Voice, Icon::Voicemail, Some("0:34")),
        // A fax with a spoken note is a fax.
        (MessageKind::Fax, Icon::Fax, Some("3 pages")),
        (MessageKind::Email, Icon::Mail, None),
        (MessageKind::Dsn, Icon::MailX, None),
        (MessageKind::Mdn, Icon::MailCheck, None),
    ] {
        let (icon, shown) = measure(&of(kind));
        assert_eq!((icon, shown.as_deref()), (mark, text), "{kind:?}");
    }
}

#[test]
fn lengths_that_are_guessed_carry_a_mark() {
    use super::view::measure;
    let guessed = ListRow { estimated: true, ..row(1) };
    assert_eq!(measure(&guessed).1.as_deref(), Some("~0:34"));
    assert_eq!(measure(&row(1)).1.as_deref(), Some("0:34"));
}

#[test]
fn the_mark_of_a_row_changes_once_it_is_heard() {
    use super::view::{Standing, standing};
    use crate::engine::Progress;
    let of = |progress| ListRow { progress, ..row(1) };
    for (progress, playing, expected) in [
        (Progress::New, None, Standing::New),
        (Progress::Started, None, Standing::Started),
        (Progress::Done, None, Standing::Done),
        (Progress::New, Some(MessageKey(1)), Standing::Sounding),
        (Progress::Done, Some(MessageKey(2)), Standing::Done),
    ] {
        assert_eq!(standing(&of(progress), playing), expected);
    }
}

#[test]
fn callers_are_shown_by_number_in_groups_and_reports_as_what_they_are() {
    use super::view::{name, preview, subject};
    use crate::model::MessageKind;
    let caller = ListRow {
        sender: "+442079460153".into(),
        number: Some("+442079460153".into()),
        outside_caller: true,
        ..row(1)
    };
    assert_eq!(name(&caller), "+44 20 7946 0153");
    assert_eq!(caller.number.as_deref(), Some("+442079460153"), "what is copied and sent stays");
    let nameless = ListRow { subject: String::new(), ..caller };
    assert_eq!(subject(&nameless), "Voice message from +44 20 7946 0153");
    let report = ListRow {
        kind: MessageKind::Dsn,
        sender: "Mail Delivery System".into(),
        subject: "Delivery report: Board dial-in change".into(),
        ..row(2)
    };
    assert_eq!(name(&report), "Delivery report");
    assert_eq!(subject(&report), "Board dial-in change");
    let private = ListRow { private: true, preview: crate::engine::Preview::Nothing, ..row(3) };
    let now = private.date;
    assert_eq!(preview(&private, now), "Private · can’t be forwarded");
    let note = crate::engine::Preview::SpokenNote(Some(std::time::Duration::from_secs(3_900)));
    let long = ListRow { kind: MessageKind::Fax, preview: note, ..row(4) };
    assert_eq!(preview(&long, now), "Fax with a spoken note, 1:05:00");
}
