# Words of the window itself: sidebar, list, bars, toasts, keys, settings, and of the widgets.

## Sidebar

new-voice = New voice message
new-text = New text message
place-all = All inboxes
place-unheard = Unheard
place-voice = Voice
place-fax = Fax
place-text = Text
place-inbox = Inbox
place-sent = Sent
place-drafts = Drafts
place-archive = Archive
place-deleted = Deleted
place-outbox = Outbox
place-directory = Directory
place-settings = Settings
menu = Show all places

## Sync status

sync-up-to-date = Up to date · { $time }
sync-checking = Checking…
sync-fetching = Fetching { $done } of { $total }…
sync-offline = Offline since { $time }
sync-password = { $account } needs your password
sync-failed = { $account } can’t be reached
check-now = Check now

## List

list-new = { $count } new
sort-newest = Newest
sort-oldest = Oldest
sort-unheard = Unheard first
sort-sender = Sender
sort-longest = Longest
search-hint = Search names, subjects, transcripts
clear-search = Clear search
pages = { $count ->
    [one] 1 page
   *[other] { $count } pages
}
subject-voice = Voice message from { $name }
subject-fax = Fax from { $name }
subject-none = No subject
row-report = Delivery report
row-private = Private · can’t be forwarded

## Empty places

show-all = Show all inboxes
empty-all = All done
empty-all-line = New voice messages, faxes and mails appear here.
empty-unheard = You’ve heard everything
empty-unheard-line = New voice messages will appear here.
empty-unheard-offline = New voice messages will appear here as soon as Aloud is back online.
empty-voice = No voice messages
empty-fax = No faxes
empty-text = No text messages
empty-mailbox = Nothing here
empty-arrive = They appear here as they arrive.
empty-search = Nothing found for “{ $text }”
empty-search-line = Try a name, a number or a word from a transcript.
list-failed = The messages can’t be shown
nothing-selected = No message selected
nothing-selected-line = Choose one from the list, or record a new one.
hint-next = Next and previous message
hint-keys = All keys
several-selected = { $count } messages selected
several-line = Choose what to do with all of them.
mark-heard = Mark as heard

## Bars

demo-bar = This is the demo mailbox.
demo-bar-line = Nothing leaves this computer.
demo-add = Add your account
offline = You’re offline
offline-line = Everything already here still plays.
offline-line-waiting = { $count ->
    [one] Everything already here still plays. One message waits in the Outbox and goes out once you’re back.
   *[other] Everything already here still plays. { $count } messages wait in the Outbox and go out once you’re back.
}
try-now = Try now
password-bar = { $account } wants your password
password-bar-line = The server turned down the saved one, or none is saved. New mail waits until you sign in.
sign-in = Sign in
failed-bar = { $account } can’t be reached
failed-bar-line = { $count ->
    [one] Aloud tries again in a minute.
   *[other] Aloud tries again in { $count } minutes.
}
failed-bar-others = Other accounts are fine.

## Now playing

play = Play
pause = Pause
strip-time = { $at } of { $of } · { $speed }
reply-voice = Reply by voice
close-strip = Stop and close

## Toasts

undo = Undo
delete-it = Delete it
toast-in = { $text } in { $count } s
toast-sending = Sending to { $to }
toast-sent = Sent to { $to }
toast-send-failed = The server didn’t take your message. It said: { $text }
toast-archived = Archived “{ $subject }”
toast-archived-many = { $count ->
    [one] Archived 1 message
   *[other] Archived { $count } messages
}
toast-deleted = Deleted “{ $subject }”
toast-deleted-many = { $count ->
    [one] Deleted 1 message
   *[other] Deleted { $count } messages
}
toast-to-inbox = { $count ->
    [one] Moved to the inbox
   *[other] Moved { $count } messages to the inbox
}
toast-deleted-already = It lies in Deleted already
toast-heard = { $count ->
    [one] Marked as heard
   *[other] { $count } marked as heard
}
toast-unheard = { $count ->
    [one] Marked as unheard
   *[other] { $count } marked as unheard
}
toast-composer-busy = Send or close the message you are recording first.

## Dialogs

password = Password
password-title = Sign in to { $account }
password-line = Aloud keeps the password in this computer’s keyring, if there is one.
remove-title = Remove { $account } from this computer?
remove-line = Mail on the server stays.
remove = Remove

## Keys

keys-title = Keys
keys-listening = Listening
keys-moving = Moving
keys-answering = Answering
keys-tidying = Tidying
key-play = Play or pause
key-five = Back or on 5 s
key-speed = Slower, faster
key-who = Who it’s from
key-silence = Skip silence
key-mute = Mute
key-next = Next, previous
key-pane = Next pane
key-search = Search
key-back = Back or close
key-page = This page
key-reply-voice = Reply by voice
key-reply-text = Reply in text
key-forward = Forward
key-send = Send
key-archive = Archive
key-delete = Delete
key-unheard = Mark as unheard
key-undo = Undo
key-settings = Settings
phone-title = Like on your desk phone
phone-note = Goes by the printed digit, also on a number pad.
phone-off = Phone keys are off. Turn them on in Settings, Keyboard.
phone-from-start = From the start
phone-who = Who from
phone-delete = Delete
phone-slower = Slower
phone-play = Play, pause
phone-faster = Faster
phone-back = Back 10 s
phone-reply = Reply
phone-on = On 10 s
phone-keep = Keep as new
phone-keys = Keys
phone-next = Next

## Settings

set-back = Back to mail
set-accounts = Accounts
set-accounts-line = Where your mail comes from.
set-voice-card = Your voice card
set-voice-card-line = How people hear and see who you are.
card-name = Your spoken name
card-name-line = Two seconds are enough. People hear it before your messages.
card-name-kept = { $length } long. People hear it before your messages.
card-name-again = Record again
card-name-remove = Remove
set-listening = Listening
set-listening-line = How voice messages sound.
set-recording = Recording
set-recording-line = How your voice gets in.
set-sending = Sending and receipts
set-sending-line = What happens after Send.
set-appearance = Appearance
set-appearance-line = How Aloud looks.
set-keyboard = Keyboard
set-keyboard-line = Keys for everything.
set-about = About Aloud
set-about-line = Version and licences.
set-sound = Sound
set-output = Play through
set-output-line = Used for messages, spoken names and reports.
set-volume = Volume for voice
set-volume-line = Quiet recordings are raised to about the same loudness.
set-playback = Playback
set-speed = Speed
set-speed-line = Pitch stays natural. Change it any time with [ and ].
set-silence = Skip silence
set-silence-line = Shortens pauses longer than half a second.
set-name-first = Say who it’s from first
set-name-first-line = Plays the sender’s spoken name before the message, if there is one.
set-program = Other recordings
set-program-line = The program that opens what Aloud can’t play, such as ffmpeg. It runs only when you press its button.
set-program-wrong = There is no such program. Type its whole path.
set-program-choose = Choose…
set-input = Microphone
set-input-line = Used for your messages and your spoken name.
set-test = Test
set-test-end = Stop
set-level = Level
set-level-line = Press Test and speak as you do in a message. Nothing is recorded.
device-unplugged = The sound device was unplugged.
set-undo = Undo Send
set-undo-line = How long a message waits before it goes.
set-receipts = Receipts people ask for
set-receipts-line = Ask me each time is the default. A receipt only goes once you have heard or read the message.
receipts-ask = Ask me
receipts-always = Always
receipts-never = Never
set-card = Send my contact card
set-card-line = Automatic sends it to people whose own mail carried one.
card-automatic = Automatic
card-always = Always
card-never = Never
set-theme = Theme
set-theme-line = System follows what this computer prefers.
set-text-size = Text size
set-text-size-line = Rows and buttons grow along.
set-density = Density
set-density-line = Compact rows leave out the first words.
set-motion = Reduce motion
set-motion-line = Nothing moves but what must.
set-phone = Phone keys
set-phone-line = 1 to 9, * and # work as on a desk phone whenever you’re not typing.
see-keys = See all keys
device-system = As the system has it
slower = Slower
faster = Faster
on = On
off = Off
percent = { $count } %
seconds = { $count ->
    [0] Off
   *[other] { $count } s
}
theme-system = System
theme-light = Light
theme-dark = Dark
density-comfortable = Comfortable
density-compact = Compact
account-detail = { $address } · { $imap }, { $smtp }
about-version = Version { $version }
about-licences = Aloud is free software under the MIT or Apache 2.0 licence. The font is Inter (SIL Open Font License 1.1); most icons are Lucide (ISC licence).

## Recording level

level-quiet = Quiet. Come closer
level-good = Good level
level-loud = Too loud. Move back a little
level-none = No sound. Is the microphone muted?
