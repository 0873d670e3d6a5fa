# All words for people, in English (British spelling): complete, and the fallback of every other language.

# Of the screens.

## Everywhere
add = Add
back = Back
cancel = Cancel
close = Close
copy-all = Copy all
details = Details
edit = Edit
open = Open
review = Review
save = Save
try-again = Try again
update = Update
extension = ext. { $number }
list-and = { $first } and { $last }
names-two = { $one } and { $two }
names-many = { $one } and { $count ->
    [one] 1 other
   *[other] { $count } others
}
toast-saved = Saved as { $file }
toast-copied = Copied

## Figures, days and times
decimal-mark = .
thousands-mark = ,
size-bytes = { $figure } B
size-kilobytes = { $figure } kB
size-megabytes = { $figure } MB
size-gigabytes = { $figure } GB
speed-times = { $figure }×
time-of-day = { $hour }:{ $minute }
day-today = Today
day-yesterday = Yesterday
# The day before its time, standing alone and inside a sentence.
day-comma-time = { $day }, { $time }
day-today-at = today at { $time }
day-yesterday-at = yesterday at { $time }
day-at-time = { $day } at { $time }
date = { $day } { $month }
date-year = { $day } { $month } { $year }
date-short = { $day } { $month }
date-figures = { $day }/{ $month }/{ $year }
month = { $count ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
month-short = { $count ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
# The first day is Monday.
weekday = { $count ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
weekday-short = { $count ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}

## Languages and countries, by the tags of RFC 5646; add what your readers meet
language-of-region = { $language } ({ $region })
language-name = { $tag ->
    [ar] Arabic
    [cs] Czech
    [da] Danish
    [de] German
    [el] Greek
    [en] English
    [es] Spanish
    [fi] Finnish
    [fr] French
    [he] Hebrew
    [hi] Hindi
    [hu] Hungarian
    [id] Indonesian
    [it] Italian
    [ja] Japanese
    [ko] Korean
    [nb] Norwegian
    [nl] Dutch
    [no] Norwegian
    [pl] Polish
    [pt] Portuguese
    [ru] Russian
    [sv] Swedish
    [tr] Turkish
    [uk] Ukrainian
    [zh] Chinese
   *[other] { $tag }
}
region-name = { $tag ->
    [AT] Austria
    [AU] Australia
    [BE] Belgium
    [BR] Brazil
    [CA] Canada
    [CH] Switzerland
    [CN] China
    [DE] Germany
    [ES] Spain
    [FR] France
    [GB] UK
    [IE] Ireland
    [IN] India
    [IT] Italy
    [JP] Japan
    [MX] Mexico
    [NL] Netherlands
    [NZ] New Zealand
    [PT] Portugal
    [TW] Taiwan
    [US] US
   *[other] { $tag }
}

## What stands on keys
cap-ctrl = Ctrl
cap-delete = Delete
cap-enter = Enter
cap-esc = Esc
cap-shift = Shift
cap-space = Space

## Errors
error-password = The server didn’t accept the password.
error-password-needed = The password is missing. Sign in to go on.
error-certificate = The server’s certificate can’t be trusted. Aloud stopped before sending your password.
error-unreachable = { $host } can’t be reached.
error-server = The server said: { $text }
error-unreachable-why = { $host } can’t be reached: { $why }.
error-detail = { $sentence } ({ $detail })
error-protocol = The server’s answer made no sense. Try again later.
error-unread = A message that is kept here can’t be read from this computer’s disk.
error-altered = A message that is kept here changed on this computer’s disk.
error-store = This computer’s disk can’t be read or written. Check that it isn’t full.
certificate-shown = { $reason }; SHA-256 of the certificate: { $fingerprint }
error-disk-full = This computer’s disk is full. Make room, then try again.
error-damaged = What Aloud keeps on this computer is damaged. Start Aloud again: it puts that right by itself.
rebuilt = What Aloud keeps on this computer was damaged.
rebuilt-line = Accounts, directory, drafts and unsent mail are here; the rest comes again from the servers. The damaged file was put aside in { $folder }.
rebuilt-line-strays = Accounts, directory and drafts are here; mail comes again from the servers. The damaged file was put aside in { $folder }.
rebuilt-strays = { $count ->
    [one] An unsent message couldn’t be put back; its file is in { $folder }.
   *[other] { $count } unsent messages couldn’t be put back; their files are in { $folder }.
}
toast-settings-unsaved = The settings couldn’t be saved. Check that the disk isn’t full.
cli-sent-unfiled = sent <{ $id }>: the server has it; the copy in Sent waits for room on the disk
error-folder-busy = Another Aloud is busy with the same data folder. Wait until it is done, then try again.
missing-message = There is no message { $number }.
missing-part = The message has no part { $path } that can be read.
missing-account = There is no account { $number }.
missing-mailbox = There is no mailbox { $number }.
missing-queued = Nothing with the number { $number } waits in the outbox.
missing-operation = Nothing with the number { $number } was asked for and is not done.
missing-revision = The draft { $draft } has no state { $number } that holds anything.
missing-contact = There is no person { $number } in the directory.
missing-listed = The white pages have nothing of it.
missing-listed-once = More than one entry of the white pages has this address. Nobody was added.
missing-spoken-name = This person has no spoken name.
missing-recording = There is no recording in it.
missing-pdf = This is no PDF.
missing-sender = The message names no sender.
missing-vendor-table = This installation has no file vendors.toml to write to.
missing-undo = There is nothing to take back any more.
sync-fault-mailbox = { $mailbox }: { $why }
sync-fault-message = { $mailbox }, message { $uid }: { $why }
error-not-found = It isn’t there any more.
error-no-sign-in = The server offers no way to sign in that Aloud can use.
sign-in-needed = Sign in with your provider to go on.
sign-in-expired = Your provider has signed you out. Sign in again to go on.
sign-in-refused = Signing in was not completed.
sign-in-refused-code = Signing in was not completed: { $code }
sign-in-no-browser = No browser could be opened. Copy the address and open it in a browser on this computer. Aloud waits.
copy-address = Copy address
sign-in-too-late = Signing in took too long. Try again.
sign-in-no-client = This copy of Aloud has no client id for your provider. README.md says how to get one.
sign-in-no-device = Your provider has no codes for other devices.
sign-in-no-refresh = Your provider does not let Aloud stay signed in.
sign-in-bad-issuer = No provider answers at this address.
sign-in-page-title = Aloud
sign-in-page-done = You are signed in. Close this page and go back to Aloud.
sign-in-page-failed = Signing in did not work. Close this page and go back to Aloud.
error-newer-database = A newer version of Aloud wrote this mailbox’s data. Nothing was changed. Start that version, or update this one.
broken-no-connection = no connection within 20 seconds
broken-http = it answers with HTTP status { $status }
broken-no-tls = no TLS within 20 seconds
broken-handshake = no TLS: { $said }
broken-silent = no answer in time
broken-not-reading = the server takes nothing
broken-endless = the server takes too long
broken-closed = the server closed the connection
broken-goodbye = the server said goodbye: { $said }
broken-reply = unexpected reply { $code }
broken-asleep = the computer was asleep
broken-offline = offline
error-other = That didn’t work. Try again.
error-broke = A part of Aloud broke, and is started again.

## Welcome
welcome-title = Welcome to Aloud
welcome-line-1 = Voicemail, fax and mail in one calm place.
welcome-line-2 = Listen, answer by voice, and get on with your day.
welcome-demo = Try the demo mailbox
welcome-demo-line = Twelve sample voice messages, faxes and mails. Nothing leaves this computer, and no account is needed.
welcome-demo-open = Open the demo
welcome-account = Add your account
welcome-account-line = Your mail address and password are enough. Aloud finds the servers.
welcome-account-add = Add account
welcome-foot = Aloud talks to your own mail servers and domain, to the provider you sign in with, and to no one else.

## Account
account-title = Add your account
account-line = The one your voicemail system delivers to.
account-name = Your name
account-address = Mail address
account-password = Password
account-show = Show the password
account-hide = Hide the password
account-servers = Your administrator can tell you the server names.
account-incoming = Incoming mail
account-outgoing = Outgoing mail
account-user = User name
account-gateway = Voicemail gateway (optional)
account-none = None
account-check = Check
found-table = known to Aloud as { $name }
found-srv = found in DNS
found-file = found at { $host }
found-exchanger = { $name } takes the mail of this domain
found-tried = found by trying usual names
set-by-administrator = set by your administrator
found-forbidden = Your administrator wants no servers looked for. Type them.
found-server = { $host }, port { $port }, { $security }
found-incoming = Incoming: { $server } ({ $source })
found-outgoing = Outgoing: { $server } ({ $source })
found-sign-in = You sign in at { $issuer }, not with a password.
found-foreign = { $hosts } is outside { $domain }. Sign in only if you know that your mail is kept there.
found-foreign-issuer = { $issuer } is outside { $domain }, and what it gives you would be told to { $imap } and { $smtp }. Sign in only if you know that they belong together.
found-app-password = This provider wants a password of its own for mail programs (app password).
found-app-password-help = This provider wants a password of its own for mail programs (app password): { $help }
found-no-imap = This domain says that it offers no IMAP, which Aloud needs.
found-no-smtp = This domain says that it takes no mail for sending.
found-only-imap = Only the incoming server was found. Type the outgoing one.
found-only-smtp = Only the outgoing server was found. Type the incoming one.
found-nothing = No servers were found. Type them; your provider or administrator knows them.
asked-srv = DNS
asked-file = The file of the domain
asked-mirror = The mirror
asked-exchanger = Who takes the domain’s mail
asked-usual = Usual names
nothing-none = knows nothing
nothing-silent = didn’t answer
nothing-unreachable = can’t be reached
nothing-unreadable = says nothing that can be used
asked-line = { $place }: { $why }
account-find-line = Your address and password are enough. Aloud finds the servers.
account-find = Continue
account-by-hand = Set up by hand
account-finding = Looking for your servers…
cli-found-foreign = Give --accept-servers to sign in there.
cli-client-id-alone = --client-id goes with --oauth, or with an address whose provider is found.
cli-find-password = Give the password with --password-stdin or ALOUD_PASSWORD.
account-edit-title = Edit account
account-edit-line = Save signs in at both servers first.
account-pin-line = A certificate that no authority vouches for can be trusted by its SHA-256 fingerprint. Ask your administrator for it, not the server.
account-pin-imap = Fingerprint, incoming
account-pin-smtp = Fingerprint, outgoing
account-bad-pin = A fingerprint has 64 hexadecimal digits.
account-label = Name of the account
account-new-password = New password (empty: the one that is known)
account-save = Save
account-save-anyway = Save anyway
account-saved = Account saved.
account-saving = Saving…
account-sign-in = Sign in with your provider
account-waiting = Waiting for your browser…
account-checking = Signing in…
account-adding = Adding…
account-go-on = Continue without sending
account-keyring = Aloud keeps the password in this computer’s keyring, if there is one.
account-no-keyring = No keyring found. Aloud asks for the password at each start.
account-bad-address = That address isn’t complete. It looks like name@company.example.
account-password-missing = Type the password of this mail account.
account-bad-host = Type the name of the server, such as mail.company.example.
account-bad-port = Type a port between 1 and 65535.
account-wrong-password = The server didn’t accept this password. Check it and try again. If you sign in with two steps elsewhere, you may need an app password from your administrator.
account-silent = { $host } didn’t answer on port { $port }. Check the name and port, or your VPN.
account-no-encryption = This server offers no encryption, so others on the network could read your password. Aloud doesn’t connect that way.
account-wrong-security = Port { $port } of { $host } expects { $expects }. Choose { $expects } for it, or another port.
account-certificate = The server’s certificate can’t be trusted. Aloud stopped before sending your password. Tell your administrator.
account-expired = The server’s certificate has expired
account-expired-line = It ran out on { $day }. Aloud stopped before sending your password. Tell your administrator.
account-expired-line-bare = Aloud stopped before sending your password. Tell your administrator.
account-other-name = This certificate belongs to another server
account-other-name-line = It is for { $names }, not for { $host }. Check the server name.
account-other-name-line-bare = It isn’t for { $host }. Check the server name.
account-unknown-issuer = Aloud doesn’t know who issued this server’s certificate
account-unknown-issuer-line = Common with company servers. Ask your administrator for the certificate file of the company, and choose it here. Aloud stopped before sending your password.
account-own-file = This certificate file can’t be used
account-own-file-line = Ask your administrator for a file in PEM form, and choose that.
account-ca = Certificate file
account-ca-choose = Choose…
account-no-sending = Mail can be read, but not sent yet. { $host } said: { $text }.

## Reader
reader-reply-voice = Reply by voice
reader-reply = Reply
reader-forward = Forward
reader-archive = Archive
reader-delete = Delete
reader-more = More
reader-reply-all = Reply to all by voice
reader-unheard = Mark as unheard
reader-to-inbox = Move to the inbox
reader-save = Save recording…
reader-add-card = Add to directory
reader-copy-transcript = Copy transcript
reader-copy = Copy
reader-original = Show the original message
reader-original-title = The original message
reader-message = Show the message
reader-swap = Sounds like noise? Swap the nibble order
reader-details = Details for your administrator
reader-no-forward = This message can’t be forwarded
reader-no-reply = This message can’t be answered
reader-no-save = This recording can’t be saved elsewhere
reader-failed = This message can’t be shown
reader-to = To { $names }
reader-to-many = To { $names } and { $count ->
    [one] 1 other
   *[other] { $count } others
}
reader-to-only = To { $name } only
reader-to-unknown = To you (the full list wasn’t given)
reader-transcript = Transcript
reader-transcript-by = Sent along by { $system }. May contain mistakes.
reader-text-from-sender = Text from the sender
reader-no-text = The sender’s system didn’t supply a text for this message.
reader-empty = There is nothing in this message.
reader-problem = Something in this message couldn’t be shown. Details for your administrator say what.
reader-sealed = This message is { $what }.
reader-attached = Attached
# The message is still being fetched, so sizes are not known.
reader-attached-arriving = { $count ->
    [one] 1 item, arriving
   *[other] { $count } items, arriving
}
reader-attached-count = { $count ->
    [one] 1 item
   *[other] { $count } items
}, { $size }
reader-kind-card = Contact card
reader-pages = { $count ->
    [one] 1 page
   *[other] { $count } pages
}
reader-recordings = { $count ->
    [one] Recording
   *[other] { $count } recordings
}
reader-recordings-more = Show more ({ $count })
reader-fax-pages = Fax · { $count ->
    [one] 1 page
   *[other] { $count } pages
}
reader-introduction = Introduction by { $name }, { $length }
reader-from-original = Original from { $name }
reader-someone = an unknown sender
badge-high = High importance
badge-low = Low importance
badge-private = Private
badge-personal = Personal
badge-receipt = Receipt requested
badge-receipt-sent = Receipt sent { $time }
badge-forwarded = Forwarded
open-link = Open { $host } in your browser?

## Bars of a message
bar-incomplete = The rest of this message isn’t here yet
bar-incomplete-line = Aloud fetches it once you’re back online.
bar-card-new = Add { $name } to your directory?
bar-card-new-line = The contact card has { $contents }.
bar-card-new-bare = The contact card has a name and nothing else.
bar-card-news = { $name }’s contact card has news
bar-card-news-line = New: { $news }.
bar-card-conflict = { $name }’s newer contact card has a different address
bar-card-conflict-line = It came with “{ $subject }”, { $when }. If you didn’t expect a change, call { $name } before you accept it.
bar-card-other = This contact card is for { $card }, but the message came from { $from }.
card-numbers = { $count ->
    [one] 1 number
   *[other] { $count } numbers
}
card-addresses = { $count ->
    [one] 1 address
   *[other] { $count } addresses
}
card-spoken-name = a spoken name
in-use = In use
new-value = New
keep-current = Keep current
use-new = Use new address
dont-add = Don’t add
bar-receipt = { $name } asked for a receipt
bar-receipt-line = A receipt tells { $name } that you heard this { $when }.
bar-receipt-line-read = A receipt tells { $name } that you read this { $when }.
bar-receipt-line-failed = A receipt tells { $name } that this couldn’t be played or shown here.
bar-receipt-always = Do the same for { $name } from now on
bar-receipt-elsewhere = The receipt would go to { $to }, not to { $name }.
bar-deleted-line = Tell { $name } you deleted this without listening?
bar-unplayable-line = Aloud can’t play this recording. A receipt can tell { $name } so.
bar-unplayable-line-fax = Aloud can’t show this fax. A receipt can tell { $name } so.
dont-send = Don’t send
dont-tell = Don’t tell
send-receipt = Send receipt
bar-private = { $name } marked this message { $word ->
    [private] private
    [personal] personal
   *[other] { $word }
}
bar-private-line = Aloud won’t forward it or export the sound. Replies leave the original out.
bar-unconfirmed = This may not be from { $domain }
bar-unconfirmed-line = Your mail server ({ $server }) checked, and { $domain } did not confirm that it sent this. Look at the address before you answer or open anything.
bar-private-own = You marked this message { $word ->
    [private] private
    [personal] personal
   *[other] { $word }
}
head-via = via { $address }
head-unconfirmed = not confirmed
head-unconfirmed-why = { $domain } does not say which servers send its mail, so anybody could have written this address.
reader-original-private = This message is private: only its header is shown here, and nothing of it can be copied.
reader-treat-voice = Treat mail like this as voice mail
reader-treat-fax = Treat mail like this as fax
reader-treat-mail = Treat mail like this as ordinary mail
toast-treated-voice = Mail from { $address } with a recording is voice mail from now on
toast-treated-fax = Mail from { $address } with pages is a fax from now on
toast-treated-mail = Mail from { $address } is ordinary mail from now on
row-via = via { $domain }
toast-own-message = You sent this message yourself.
bar-outside = This caller can’t be answered by mail
bar-outside-line = The message was left from an outside line: { $number }.
bar-outside-call = Call
bar-outside-known = Record a message to { $name }
bar-outside-unknown = The caller’s number wasn’t passed on.
copy-number = Copy number
toast-card-added = { $name } added to your directory
toast-card-updated = { $name } updated in your directory
toast-report-about = The message that this report is about can’t be opened. { $reason }
toast-card-known = This card is in your directory already
toast-receipt-sent = Receipt sent to { $name }

## Player
player-who = Hear who it’s from
player-subject = Spoken subject
player-play = Play
player-pause = Pause
player-again = Play again
player-10 = 10 s
player-back = Back 10 seconds
player-on = On 10 seconds
player-slower = Slower
player-faster = Faster
player-speed = Speed
player-skip-silence = Skip silence
player-mute = Mute
player-unmute = Sound on
player-volume = Volume
player-loading = Fetching the recording
player-fetching = Fetching the recording, { $percent } %
player-fetching-name = Fetching the recording
player-not-here-name = Not downloaded yet
player-not-here = This recording hasn’t been downloaded yet. You can play it when you’re back online.
player-damaged = This recording is damaged and can’t be played to the end.
player-play-rest = Play what’s there
player-unknown = Aloud can’t play this kind of recording ({ $kind }).
player-by-program = Open with { $program }
player-save = Save the file
player-no-output = No sound output found. Connect headphones or speakers, then press play.

## Composer
composer-new-voice = New voice message
composer-new-text = New text message
composer-reply-voice = Reply by voice
composer-reply-all-voice = Reply to all by voice
composer-reply-text = Reply
composer-forward = Forward with a spoken introduction
composer-maximize = Fill the pane
composer-restore = Back to the foot of the pane
composer-to = To
composer-cc = Cc
composer-subject = Subject
composer-add-name = Add a name or number
composer-remove = Remove { $name }
composer-add-spoken = Add spoken subject
composer-spoken = Spoken subject
composer-spoken-remove = Remove the spoken subject
composer-write = Write your message
composer-note = Note
composer-add-note = Text note
composer-remove-note = Remove the note
composer-private = Private
composer-private-hint = Asks for it not to be passed on. Voicemail systems keep to that or return the message; ordinary mail programs need not.
composer-receipt = Ask for a receipt
composer-send = Send
composer-finish-send = Finish and send
composer-sending = Sending…
composer-save-draft = Save draft
composer-kept = Kept as a draft in the Outbox
composer-kept-without-sound = The recording isn’t on this computer any more. The rest is kept as a draft in the Outbox.
composer-not-sent-kept = { $why } It is kept as a draft in the Outbox.
composer-sound-lost = The recording isn’t on this computer any more.
composer-sound-lost-line = What you wrote is here. Record again before you send it.
composer-not-kept = This message can’t be kept as a draft right now.
composer-partly-gone = Part of the message had gone out already. Check the recipients before you send the rest.
quit-not-kept = The draft can’t be kept. Close the window again to leave without it.
quit-not-handed = The message isn’t in the Outbox yet. Close the window again to leave it as a draft.
composer-new-recording = New recording started
composer-original = Original message from { $name }
composer-original-line = { $what } · { $when } · goes along unchanged after your introduction
composer-no-original = The original isn’t included because it’s private.
composer-no-note = { $names } won’t get the text note
composer-no-note-line = Voicemail there only plays sound. Say anything important in your introduction.
composer-no-note-line-say = Voicemail there only plays sound. Say anything important in your message.
composer-caller = The caller’s number { $number } goes along with the message.
composer-caller-name = The caller’s name { $name } and number { $number } go along with the message.
composer-toll = This may cost money
composer-toll-gateway = { $domain } will telephone { $number }. It decides the route, and the call may cost money.
composer-nobody = Add at least one person or number.
composer-nothing-recorded = Record something first, or write a text message instead.
composer-nothing-written = Write something first, or record a voice message instead.
composer-no-account = Add an account first.
composer-bad-address = That isn’t a complete address.
composer-bad-address-line = Choose a person or type a full address.
composer-bad-number = { $number } can’t be used as a number: { $why }.
composer-bad-number-line = Write it with + and the country code, or choose a person.
composer-no-route = { $number } isn’t in your directory and no voicemail gateway is set up.
composer-no-route-line = Choose a person, type a full address, or add a gateway in Settings, Accounts.
importance-low = Low importance
importance-normal = Normal importance
importance-high = High importance
kind-voice = Voice
kind-voice-length = Voice, { $length }
kind-fax = Fax
kind-fax-pages = Fax, { $count ->
    [one] 1 page
   *[other] { $count } pages
}
kind-text = Text
recorder-record = Record
recorder-pause = Pause the recording
recorder-go-on = Go on recording
recorder-ready = Ready. Press Space or the red button and speak.
recorder-recording = Recording
recorder-paused = Paused
recorder-finish = Finish
recorder-again = Start again
recorder-more = Record more
recorder-saving = Saving the recording…
recorder-your-message = Your message
recorder-your-introduction = Your introduction
recorder-subject = Say the subject. Up to 10 seconds.
recorder-room = Room for { $time } more
recorder-full = That’s the longest the server takes. Send it, or start again.
recorder-no-microphone = No microphone found
recorder-no-microphone-line = Plug one in or choose another in Settings, Recording.
recorder-not-permitted = Aloud may not use the microphone
recorder-not-permitted-line = Allow it in your system’s privacy settings, then press record again.
recorder-unplugged = The microphone was unplugged. Your first { $length } are safe.
recorder-disk-full = Recording stopped: the disk is full. Your first { $length } are safe.
recorder-disk-full-bare = Recording can’t start: the disk is full.
recorder-other = Recording stopped
format-auto = Best for each recipient
format-vpim = VPIM voice mail
format-ivm = IVM voice mail
format-friendly = Mail with a sound file
format-line-vpim-one = Sent as VPIM voice mail, as { $name }’s system takes it.
format-line-vpim-both = Sent as VPIM voice mail, as both recipients’ systems take it.
format-line-vpim-all = Sent as VPIM voice mail, as all recipients’ systems take it.
format-line-ivm = Sent as IVM voice mail. Ordinary mail apps may not play it.
format-line-vpim-chosen = Sent as VPIM voice mail, as you chose. Only voicemail systems play it.
format-line-friendly = Sent as a mail with a sound file (WAV) that ordinary programs play.
format-line-mixed = Sent { $list }.
format-line-part = as { $format } to { $names }
format-word-vpim = VPIM
format-word-ivm = IVM
format-word-friendly = a mail with a sound file

## Reports
report-title-one = { $name } didn’t get your message
report-title-many = { $count } people didn’t get your message
report-title-delayed = Your message to { $name } is still on its way
report-title-delivered = Your message to { $name } was delivered
report-title-receipt = Receipt from { $name }
report-title-deleted = Your message to { $name } was deleted there
report-title-private = { $name }’s system can’t keep messages private
report-safe = Your recording is safe in Sent.
report-safe-text = Your message is safe in Sent.
report-no-match = This report is about a message that isn’t on this computer.
report-send-again = Send again
report-send-again-to = Send again to { $name }
report-another = Try another address
report-without-private = Send without Private
report-trim = Shorten and send again
report-hear = Hear the report
report-open = Open in Sent
report-your-voice = Your voice message, sent { $when }
report-your-text = Your message, sent { $when }
report-line-delayed = On its way
report-line-no-mailbox = No such mailbox
report-line-full = Mailbox full
report-line-too-big = Too big
report-line-private = Can’t keep it private
report-line-not-allowed = Not allowed
report-line-failed = Not delivered
report-line-delivered = Delivered
report-line-deleted = Deleted unread
details-recipient = Recipient
details-status = Status
details-size = Size
details-said = Server said
details-reported = Reported by
details-envelope = Envelope
details-disposition = Receipt
details-modifiers = Modifiers
details-date = Date
details-message-id = Message-ID
details-profile = Profile
details-evidence = Recognised by
details-part = Part
details-problems = Problems

## Fax
fax-page = Page { $page } of { $count }
fax-back = Previous page
fax-on = Next page
fax-smaller = Smaller
fax-larger = Larger
fax-fit = Fit the width
fax-loading = Drawing the pages…
fax-damaged = Page { $page } is damaged. Aloud shows what could be read.
fax-unknown = This fax can’t be shown. It’s in a form Aloud doesn’t know.

## Outbox and drafts
outbox-not-editable = This message holds more than can be edited here. “Try again” sends it as it is.
outbox-empty = Nothing waiting
outbox-empty-line = Messages pass through here on their way out.
outbox-held = Goes out at { $time }
outbox-waits = Waits for the network
outbox-queued = Waits for its turn
outbox-sending = Sending, { $percent } %
outbox-accepted = Sent, being filed in Sent
outbox-ambiguous = It may have been sent: the connection broke at the last moment. Look in Sent before you try again.
outbox-failed = Couldn’t be sent: { $reason }
outbox-said = Server said: { $text }
outbox-retry = Couldn’t be sent yet: { $reason } Aloud tries again at { $time }.
outbox-waits-for-you = Couldn’t be sent yet: { $reason } It goes when you have signed in.
outbox-nobody = Nobody
failure-gave-up = The server could not be reached for five days.
failure-credentials = The server did not accept the user name or password: { $said }
failure-signed-out = Your provider has signed you out.
failure-not-smtp = What answers at the submission server’s port is not one. Check the name and the port.
failure-odd-reply = The submission server answered something that makes no sense.
failure-no-password = No password is stored for this account.
failure-no-keyring = No keyring can be used here, so the password is not at hand.
failure-altered = What is kept of it changed on this computer’s disk, and is not sent.
failure-unread = What is kept of it can’t be read from this computer’s disk just now; it is tried again.
failure-folder = The folder of unsent mail cannot be written, so the message waits here. Check that the data folder belongs to you.
failure-not-allowed = Your administrator allows no such account here.
failure-certificate = The server’s certificate cannot be trusted.
failure-no-encryption = The server offers no encryption.
failure-wrong-encryption = The server expects another kind of encryption than the one chosen.
failure-malformed = The message cannot be sent as it is.
failure-too-big = The message is larger than the server takes. Shorten the recording, or leave something out.
failure-not-7bit = The server takes plain ASCII messages only, and this one has other characters.
failure-not-ascii-address = The server takes no addresses with letters beyond ASCII.
failure-malformed-said = The message cannot be sent as it is: { $said }
failure-broken = The connection broke before the server answered.
failure-ended = Aloud was ended while the message was on its way.
failure-unreadable = Aloud cannot read what is stored of it, and left it as it is: { $said }
failure-unknown = The reason is not known.

# Why Aloud refuses something

refused-receipt-too-early = A receipt can be sent once the message has been heard or read.
refused-receipt-settled = The receipt has been settled already.
refused-no-receipt = No receipt is to be sent for this message.
refused-on-its-way = The message is already on its way.
refused-taken-back = The message was taken back.
refused-only-sound = Voicemail at { $address } only plays sound. Record a message instead.
refused-no-mail = { $address } can’t be answered by mail.
refused-several-cards = This message has several contact cards, and none says for sure whose it is.
refused-card-conflict = The card has { $new } where { $inuse } is in use.
refused-older-card = The directory has a newer card of { $name }.

# What is wrong with what was typed, chosen or to be sent

invalid-no-recipient = Add at least one person or number.
invalid-nothing-recorded = Record something first, or write a text message instead.
invalid-part-too-large = That is larger than { $most } and can only be saved.
invalid-part-within = It is in a large message enclosed as part { $path }. Save that part instead.
invalid-not-downloaded = The message hasn’t been downloaded yet.
invalid-too-large = The message is larger than { $most }, so it can’t be sent.
invalid-too-big-for-server = The server takes messages up to { $most }, and this one has { $size }. Shorten the recording, or leave something out.
invalid-no-from = The message has no From address.
invalid-no-account = There is no account for { $address }.
invalid-receipt = The receipt could not be written: { $said }
invalid-bare-line-end = The message has characters between its lines that mail can’t carry.
invalid-no-line-end = The message does not end with a line end.
invalid-path = { $address } cannot be used as a mail address.
invalid-flag = The mark has a name that a mail server can’t keep.
invalid-server-name = { $host } is not the name of a server.
invalid-server-incomplete = The { $service } server needs a host and a port.
invalid-unencrypted = { $service } without encryption is accepted for 127.0.0.1 and ::1 only.
invalid-not-of-provider = { $host } is not a server of your provider. Your sign-in is given to its own servers only.
invalid-own-address = { $address } is nobody’s own address.
invalid-not-allowed = Your administrator allows no account for { $address } here.
invalid-no-user = The account needs a user name.
invalid-account-exists = There is already an account for { $address }.
invalid-no-program = No program is chosen in the settings.
invalid-not-a-program = { $program } is no program on this computer.
invalid-program-failed = { $program } failed: { $said }
invalid-program-too-slow = The program took too long and was ended.
invalid-program-gave-nothing = The program made nothing of it: { $said }
invalid-contact-without-name = A contact needs a name.
invalid-empty-spoken-name = The recording of the name is empty.
invalid-long-spoken-name = The recording of the name is too long.
invalid-no-card = There is no contact card in this file.
invalid-empty-card = This contact card can’t be used: it is empty.
invalid-bad-card = This contact card can’t be used: { $said }
toast-not-sent = Not sent
draft-nobody = Nobody yet
draft-voice = Draft, { $length }, { $when }, kept on this computer
draft-text = Draft, { $when }, kept on this computer
draft-continue = Continue
draft-delete = Delete it
toast-draft-deleted = Draft deleted
composer-draft-gone = That draft isn’t there any more
kept-nobody = nobody yet
kept-bar = A recording was kept as a draft
kept-bar-text = A draft was kept
kept-bar-line = { $length }, to { $to }, { $when }.
kept-bar-text-line = To { $to }, { $when }.
error-draft-in-use = This draft is open in another window.

## Directory
directory-count = { $count ->
    [one] 1 person
   *[other] { $count } people
}
directory-search = Name, number or extension
directory-empty = No one here yet
directory-empty-line = When a message carries a contact card, Aloud offers to add it. You can also import a file.
directory-import = Import cards…
directory-nothing = Nobody found for “{ $text }”
directory-nothing-line = Try another name, a number or an extension.
directory-pages-failed = The white pages can’t be asked. { $why }
directory-add-page = Add to people
directory-none = Nobody selected
directory-none-line = Choose someone from the list.
directory-record = Record a message
directory-write = Write
directory-export = Export card
directory-delete = Delete contact
directory-hear = Hear the name
directory-vpim = Supports VPIM
directory-place = Place
directory-no-address = There is no address for { $name }.
directory-edit = Edit contact
directory-new = New contact
directory-name-missing = Type a name.
directory-file-too-large = That file is too large for contact cards.
directory-source-typed = Typed in by you
directory-source-pages = From { $name }
directory-source-file = Imported from { $name }
directory-source-card = Card of { $day }, received with “{ $subject }”, added by you { $added }.
completion-elsewhere = { $address } · { $directory }
completion-blocked = { $address } · { $directory } · wants no messages now
completion-unproven = { $address } · from a received card
completion-number = Send to number { $number } through { $gateway }
completion-extension = Send to extension { $number }
card-field-name = name
card-field-role = role
card-field-organization = organization
card-field-place = place
card-field-zone = time zone
card-field-photo = photo
card-field-spoken-name = spoken name
card-field-address = address
card-field-number = number
card-field-fax-number = fax number
card-field-mobile-number = mobile number
card-value-octets = { $media }, { $count } octets
toast-cards-added = { $count ->
    [one] 1 person added to your directory
   *[other] { $count } people added to your directory
}
toast-contact-deleted = Deleted { $name } from your directory
tel-work = work
tel-home = home
tel-voice = voice
tel-fax = fax
tel-cell = mobile
tel-msg = messages
email-voice-preferred = Voice messages, preferred
email-voice = Voice messages
email-mail = E-mail
field-name = Name
field-role = Role
field-organization = Organisation
field-number = Number
field-address = Mail address
field-vpim = Takes VPIM voice mail
field-place = Place
add-number = Add a number
add-address = Add an address

# Of the window itself and its widgets.

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
sync-incomplete = { $mailbox } can’t be opened
sync-incomplete-somewhere = Not all mailboxes can be opened
mailbox-fault = { $mailbox }: { $why }
mailbox-refused = The server won’t open it, and gives no reason.
mailbox-refused-said = The server won’t open it. It says: { $said }
mailbox-silent = The server doesn’t answer.
mailbox-unreadable = The server’s answers can’t be read.
quota = { $used } of { $limit } used
answers-left-out = { $count ->
    [one] 1 answer about { $about } could not be read and was left out.
   *[other] { $count } answers about { $about } could not be read and were left out.
}
answer-status = the end of a command
answer-code = the state of a mailbox
answer-capability = what the server can do
answer-fetch = messages
answer-list = mailboxes
answer-search = a search
answer-flags = flags
answer-number = the number of messages
answer-quota = the room for mail
answer-namespace = where mailboxes lie
answer-id = what the server is
answer-unknown = something unknown
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
subject-voice-to = Voice message to { $name }
subject-fax-to = Fax to { $name }
subject-video = Video message from { $name }
subject-video-to = Video message to { $name }
subject-receipt = Receipt from { $name }
subject-receipt-to = Receipt to { $name }
subject-none = No subject
row-unknown-caller = Unknown caller
row-nobody = Nobody yet
row-you = you
row-and-others = { $count ->
    [one] { $name } and 1 other
   *[other] { $name } and { $count } others
}
row-towards = To { $name }
row-spoken-note = Fax with a spoken note
row-spoken-note-length = Fax with a spoken note, { $length }
row-introduction = Forwarded with a spoken introduction
row-introduction-length = Forwarded with a spoken introduction, { $length }
row-forwarded = Forwarded: a message from { $name }
row-extension = Left on extension { $number } · can’t be replied to
row-outside-line = Left from an outside line · can’t be replied to
row-unreadable = This message could not be displayed. Its source can still be shown.
row-untold = What the server says of this message cannot be read. Open it to try again.
became-sent = Sent
became-heard = Heard at { $time }
became-read = Read at { $time }
became-deleted-unheard = Deleted unheard
became-deleted-unread = Deleted unread
became-expired-unheard = Expired unheard
became-expired-unread = Expired unread
became-not-played = Couldn’t be played there
became-not-shown = Couldn’t be shown there
became-no-receipt = No receipt given
became-passed-on = Passed on unheard
became-processed = Processed there
became-delivered = Delivered at { $time }
became-relayed = Handed on to a system that sends no reports
became-delayed = Still on its way
became-unreported = Sent · your server doesn’t report deliveries
became-failed = Couldn’t be delivered
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
offline-line-waiting = Everything already here still plays. What waits in the Outbox goes out once you’re back.
try-now = Try now
sign-in-bar = { $account } is signed out
sign-in-bar-line = New mail waits until you sign in with your provider again, in your browser.
password-bar = { $account } wants your password
password-bar-line = The server turned down the saved one, or none is saved. New mail waits until you sign in.
sign-in = Sign in
notice-bar = A notice from the server of { $account }
full-bar = { $account } is nearly full
full-bar-line = { $quota }. When it is full, new mail is turned away.
failed-bar = { $account } can’t be reached
failed-bar-line = { $count ->
    [one] Aloud tries again in a minute.
   *[other] Aloud tries again in { $count } minutes.
}

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
operation-mark-waiting = A mark is not on the server yet.
operation-mark-later = A mark is not on the server yet; Aloud asks again. { $why }
operation-mark-failed = A mark was not kept on the server. { $why }
operation-move-waiting = A message is not moved on the server yet.
operation-move-later = A message is not moved on the server yet; Aloud asks again. { $why }
operation-move-failed = A message was not moved and is back. { $why }
operation-file-waiting = What you sent isn’t filed on the server yet.
operation-file-later = What you sent isn’t filed on the server yet; Aloud asks again. { $why }
operation-file-failed = What you sent is kept on this computer only. { $why }
operation-flag-not-kept = This mailbox keeps no such marks.
operation-mailbox-gone = The mailbox isn’t there any more.
undone-title = Not done on the server
undone-again = Aloud asks again at { $time }.
undone-give-up = Give up
undone-remove = Remove
undone-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
operation-renumbered = It isn’t the same one on the server any more.
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
card-name-line = Two seconds are enough. It goes along with your voice messages.
card-name-kept = { $length } long. It goes along with your voice messages.
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
set-doctor = Check-up
set-doctor-line = Whether everything that Aloud needs is in order, and what to do where it isn’t.
set-about = About Aloud
set-about-line = Version and licences.
set-sound = Sound
set-output = Play through
set-output-line = Used for messages, spoken names and reports.
set-volume = Volume for voice
set-volume-line = Of everything that Aloud plays. The system’s own volume counts too.
set-playback = Playback
set-speed = Speed
set-speed-line = Pitch stays natural. Change it any time with [ and ].
# A build without the feature "stretch".
set-speed-line-tape = Pitch changes with it. Change it any time with [ and ].
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
set-receipts-line = Ask me is the default. Without asking, a receipt only goes once you have heard or read the message.
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
set-motion-line = What you record is drawn in steps of a quarter of a second.
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

## Why a message is what it is, in lists
evidence-part = a { $kind } part
evidence-marked-part = a part marked voice=Voice-Message
evidence-faxbw = image/tiff with application=faxbw
evidence-tiff-alone = image/tiff is the whole content
evidence-audio = an audio part
evidence-tiff = an image/tiff part
evidence-mark = { $place } ({ $name })
evidence-probably = probably: { $place } ({ $name })
evidence-field = the field { $name }
evidence-subject = the form of the subject
evidence-from = the sender’s name
evidence-from-address = the sender’s address
evidence-message-id = the form of the Message-ID
evidence-type = the media type
evidence-boundary = the form of the boundary
evidence-description = a part’s description
evidence-content-id = a part’s Content-ID
evidence-filename = a part’s file name
evidence-parameter = the parameter { $name }
evidence-text = the text
evidence-looks-voice = looks like voice mail
evidence-looks-fax = looks like a fax
sign-alone = one recording and nothing else
sign-alone-fax = one file of pages and nothing else
sign-system = a telephone system sent it
sign-robot = a program sent it
sign-number-sender = the sender is a telephone number
sign-subject-words = words for it in the subject
sign-subject-number = a caller’s number in the subject
sign-subject-message = a message and its caller in the subject
sign-text-words = words for it in the text
sign-caller = the caller’s number on a line of its own
sign-length = the length named is that of the recording
sign-pages = the number of pages is named
sign-transcript = a transcript
sign-file-name = a file name that machines give
sign-telephone-sound = sound of a telephone line
sign-fax-page = a page as fax machines scan it
sign-list = it came through a list
sign-titles = a title or artist in the recording
sign-stereo = stereo sound
sign-answer = an answer in a thread
sign-several = several recordings or documents
sign-long = longer than callers speak
sign-other-length = another length than the one named
sign-bill = a bill or an offer
sign-other-text = the text speaks of something else
sign-other-thing = it speaks of something else
sign-person = a person wrote it
sign-sent-fax = a fax that went out
sign-scan = a scan

## What is wrong with a table of voice mail systems
fault-line = line { $line }: { $reason }
fault-too-large = the table is larger than 1 MiB; nothing of it is used
fault-too-many-rows = only the first { $limit } rows are used
fault-too-many-words = a list of words is too long
fault-id = an id has small letters, digits and hyphens
fault-standard-id = the id { $id } is that of a standard
fault-no-mark = { $id } has no mark, so nothing is known by it
servers-own = a row of your own
servers-by-host = { $name }, by the server’s name
servers-by-greeting = { $name }, by its greeting
servers-by-capability = { $name }, by what it offers
servers-by-id = { $name }, by what it says it is
servers-by-any = { $name }, which is of every server
servers-treated = It’s treated as { $rows }.
servers-unreadable = the file can’t be read
servers-syntax = it can’t be read
servers-twice = the id { $id } is there twice
servers-no-clue = { $id } has nothing that a server is known by
servers-no-treatment = { $id } doesn’t say how a server is treated
servers-value = { $id }: the value of { $field } can’t be used
cli-treated-imap = The IMAP server: { $rows }
cli-treated-smtp = The SMTP server: { $rows }
fault-asterisks = { $id }: the pattern { $like } has more than eight asterisks

## What is wrong with a message or a part of it, in lists and after a colon
problem-several-cards = several cards in one message; none describes the sender for sure
problem-unclosed-multipart = the end of a part list is missing
problem-unclosed-message = the end of the message is missing
problem-header-too-long = the header is too long and only its beginning was read
problem-misprinted-delimiter = a misprinted line between the parts was understood
problem-too-many-parts = more than { $limit } parts; the rest is not shown
problem-repeated-field = more than one { $name } field; the first is used
problem-unreadable-date = the date cannot be read
problem-unreadable = the message could not be displayed; its source can still be shown
problem-part = part { $path }: { $problem }
problem-unknown-encoding = unknown transfer encoding “{ $name }”
problem-multiparts-too-deep = nested too deeply to be taken apart
problem-messages-too-deep = nested too deeply to be shown
problem-no-boundary = the boundary between the parts is not named
problem-other-boundary = the boundary between the parts is not the one named
problem-no-delimiter = the parts could not be told apart
problem-damaged-encoding = the transfer encoding is damaged
problem-sealed-smime = encrypted (S/MIME); open it in a mail program that has your certificate
problem-sealed-pgp = encrypted (PGP); open it in a mail program that has your key
problem-sealed-rights = protected by the sender’s rights management; open it in Outlook or on the page that the message names
problem-sealed-compressed = compressed (S/MIME), which is not read here; save it or use another mail program
problem-damaged-signed = the container (S/MIME) is damaged and stays closed; it can be saved as it came
problem-damaged-outlook = the container (winmail.dat) is damaged and stays closed; it can be saved as it came
problem-not-opened = nested too deeply or too large to be opened
problem-beginning-only = too large to be read to its end: this is its beginning; it can be saved whole
problem-rich-text = its text is there as Outlook rich text only, which is not shown here
problem-audio-empty = the recording is empty
problem-audio-unsupported = this kind of recording cannot be played here: { $name }
problem-audio-damaged = the recording is damaged: { $place }
problem-fax-empty = the fax is empty
problem-fax-unsupported = this kind of fax cannot be shown here: { $name }
problem-fax-damaged = the fax is damaged: { $place }
problem-limit = larger than the limit: { $limit }

## What an address with a telephone number names, and what is wrong with it
address-kind-mailbox = voice mailbox
address-kind-vpim = VPIM mailbox
address-kind-voice = telephone call
address-kind-amis = AMIS mailbox
address-kind-fax = fax machine
address-kind-sms = text message
address-kind-other = service { $service }
address-kind-outside = nobody who can be answered
address-kind-person = mail address
address-kind-unknown = no address
address-telephone = Telephone { $number }
address-fax = Fax { $number }
address-sms = SMS { $number }
address-amis = AMIS { $number }
address-outside = Outside caller
address-extension = { $number } ext. { $extension }
address-list = { $number }, list { $value }
address-subaddress = { $number }, subaddress { $value }
address-isdn-subaddress = { $number }, ISDN subaddress { $value }
address-for = { $number }, for { $value }
address-at = { $number }, at { $value }
address-then = { $number }, then { $value }
address-system = { $number }, system { $value }
address-toll-voice = { $domain } will telephone { $number }. It decides the route, and the call may cost money.
address-toll-fax = { $domain } will send a fax to { $number }. It decides the route, and the call may cost money.
address-toll-sms = { $domain } will send a text message to { $number }. It decides the route, and the call may cost money.
address-toll-other = { $domain } will connect to { $number }. It decides the route, and the call may cost money.
address-fault-no-domain = there is no domain
address-fault-no-address = it is no complete mail address
address-fault-local-too-long = the part before the @ is longer than 64 octets
address-fault-local-ascii = voice mail systems take printable ASCII only before the @
address-fault-number = the number cannot be used: { $why }
address-fault-no-number = there is no number
address-fault-second-plus = a second + is only allowed before an extension of VPIM
address-fault-no-value = “{ $name }” has no value
address-fault-twice = { $name } is there twice
address-fault-digits-only = { $name } takes digits only
address-fault-extension-long = an extension has at most 15 digits
address-fault-sysnum-amis = SYSNUM belongs to AMIS only
address-fault-sysnum-signs = SYSNUM takes digits and + only
address-fault-amis-empty = there is no mailbox
address-fault-amis-sign = an AMIS mailbox takes digits and + only
address-fault-amis-long = an AMIS mailbox has at most 32 digits
address-fault-amis-private = a private AMIS number has at most 14 digits
address-fault-amis-public = a public AMIS number has at most 15 digits
address-fault-amis-mailbox = an AMIS mailbox has at most 16 digits
address-number-empty = there is no digit in it
address-number-long = a telephone number has at most 15 digits
address-number-sign = a telephone number cannot hold { $sign }
address-number-short = the number isn’t complete
address-number-several = this could be more than one number
address-number-prefix = nobody can say which country this number is in; write it with + and the country code
address-number-context = the number belongs to another system
address-recipient-none = not a complete mail address
address-recipient-letters = only plain letters, digits and signs can stand before the @ here (no ä, é or я)
address-recipient-no-gateway = not a complete mail address (for a number, name a --gateway)
address-note-trunk-zero = the 0 after the country code was left out: it is dialled inside the country only
address-note-prefix = { $prefix } was read as +
address-note-letters = { $written } was read as { $digits }
address-note-pause = { $digits } after the pause was read as an extension
address-note-domain = { $written } is written { $ascii } in mail
address-note-word = “{ $word }” was left out
address-build-no-domain = no domain for telephone numbers is set for this account
address-build-domain = this is not a domain name
address-build-plain-mailbox = a plain mailbox has a number and an extension only
address-build-service = a service is named by letters, digits and hyphens
address-build-extension = an extension has 1 to 15 digits
address-build-vpim-only = { $name } belongs to VPIM only
address-build-qualifier = { $name } cannot have this value
address-build-subaddresses = there are too many subaddresses
address-build-kind = this kind of address is not made of parts
address-build-too-long = the part before the @ would be longer than 64 octets

## Why something may not be done with a message
the-sender = the sender
the-sender-start = The sender
refusal-still-reply = { $said } You can still reply.
refusal-private = { $who } marked it private.
refusal-private-inside = { $who } marked a message inside it private.
refusal-personal = { $who } marked it personal.
refusal-personal-inside = { $who } marked a message inside it personal.
refusal-marked = { $who } marked this message { $value }.
refusal-marked-inside = { $who } marked a message inside it { $value }.
refusal-outside-caller = This caller can’t be answered by mail. The message was left from an outside line: { $number }.
refusal-outside-caller-unknown = This caller can’t be answered by mail. The caller’s number wasn’t passed on.
refusal-no-sender = The message doesn’t say who sent it, so there’s nobody to answer.
refusal-recipients-unknown = The message doesn’t say who else received it.
refusal-outside-recipient = This caller can’t be answered by mail. The message was left from an outside line.
refusal-recording-in-text = A text message cannot carry a recording.
refusal-unreadable = This message could not be read.
refusal-report = Reports and receipts are never answered with a receipt.
refusal-receipt-outside = The receipt would go to an outside line, which takes no mail.
refusal-option = The sender requires “{ $option }” of the receipt, which Aloud doesn’t know.
refusal-list = The message came through a mailing list.
refusal-program = The message was sent by a program.
refusal-unconfirmed = The receiving server couldn’t confirm who sent the message.
refusal-null-path = The message has an empty return path, so it takes no answers.
notice-confidential = { $who } marked this message company confidential.
notice-confidential-inside = { $who } marked a message inside this one company confidential.
doubt-several-addresses = The receipt would go to more than one address.
doubt-no-return-path = The message doesn’t say where it came from.
doubt-several-return-paths = The message names several return paths.
doubt-elsewhere = The receipt would go to { $to }, not to { $sender }.

## Why a message is not built
compose-empty-message = the recording is empty
compose-empty-notification = the spoken receipt is empty
compose-empty-name = the recording of the spoken name is empty
compose-empty-subject = the recording of the spoken subject is empty
compose-nothing = there is nothing to send
compose-no-recipient = there is no recipient
compose-vpim-domain = { $address }: VPIM takes addresses with a whole domain only, such as vm.example.com
compose-address = this address cannot be used: { $address }
compose-language = “{ $tag }” is no language tag such as en-CA
compose-as-it-came = the message taken along has octets or lines that ordinary mail has not; it goes as it came, and some servers refuse it
compose-vpim-text = a VPIM message cannot carry a text
compose-vpim-attachments = a VPIM message cannot carry attachments

## Texts that travel inside mail
mail-receipt-heard =
    The voice message you sent on { $date } to { $recipient } was played.
    This does not say that it was understood or acted upon.
mail-receipt-read =
    The message you sent on { $date } to { $recipient } was displayed.
    This does not say that it was understood or acted upon.
mail-receipt-deleted = The message you sent on { $date } to { $recipient } was deleted without being played.
mail-receipt-failed = The message you sent on { $date } to { $recipient } arrived, but its content could not be played or shown there.
mail-subject-played = Played: { $subject }
mail-subject-viewed = Viewed: { $subject }
mail-subject-read = Read: { $subject }
mail-subject-deleted = Deleted: { $subject }
mail-subject-forwarded = Forwarded: { $subject }
mail-subject-failed = Not played: { $subject }
mail-no-subject = your message
mail-cover =
    Voice message from { $name }, { $length }.
    The recording is attached: open { $file } to listen.
mail-cover-fax = A fax from { $name } is attached.
mail-cover-forward = { $name } forwards a message to you. It is attached.

## What a delivery report says
delivery-delivered = It was delivered to { $name }. That doesn’t say it was heard.
delivery-relayed = It was passed on to the system at { $domain }, which sends no further reports.
delivery-relayed-somewhere = It was passed on to a system, which sends no further reports.
delivery-expanded = It was sent on to everyone on the list { $name }.
delivery-not-yet = It hasn’t arrived yet.
delivery-tried-until = { $why } It will be tried until { $until }.
delivery-tried-again = { $why } It will be tried again.
delivery-that-address = that address
delivery-system = the system at { $domain }
delivery-system-start = The system at { $domain }
delivery-their-system = their system
delivery-their-system-start = Their system
delivery-outside-line = The message was left from an outside line, so there’s no mailbox to answer.
delivery-no-such-mailbox = There is no such mailbox.
delivery-no-mailbox = There is no mailbox { $mailbox }.
delivery-no-mailbox-at = There is no mailbox { $mailbox } at { $domain }.
delivery-no-system = There is no mail system at { $domain }.
delivery-bad-address = There is a problem with the address { $name }. Check how it’s written.
delivery-ambiguous = More than one person there answers to { $name }.
delivery-moved = The mailbox { $name } has moved, and nobody said where to.
delivery-other-owner = The mailbox { $name } belongs to somebody else now.
delivery-own-address = { $system } doesn’t accept your own address. Your own mail administrator can help.
delivery-not-taking = The mailbox { $name } isn’t taking messages.
delivery-full = The mailbox is full, so { $system } turned your message away.
delivery-full-when = The mailbox is full, so { $system } turned your message away { $when }.
delivery-too-big = The message is too big for { $system }.
delivery-too-big-limit = The message is too big for { $system }. It takes up to { $size }.
delivery-list-broken = The list { $name } couldn’t be sent on to its members. Its owner can help.
delivery-no-space = { $system } has run out of space.
delivery-system-down = { $system } isn’t taking messages just now.
delivery-misconfigured = { $system } isn’t set up to take the message. Its administrator can help.
delivery-no-answer = { $system } didn’t answer.
delivery-no-answer-until = { $system } didn’t answer. It was tried until { $until }.
delivery-broke-off = The connection to { $system } broke off.
delivery-look-up = The mail system at { $domain } couldn’t be found just now.
delivery-busy = { $system } is too busy.
delivery-loop = The message went round in circles on its way to { $name }. The administrator there can help.
delivery-protocol = The two voicemail systems didn’t understand each other.
delivery-too-many-people = That’s too many people at once for { $system }. Send it to fewer at a time.
delivery-not-private = { $system } can’t keep a message private, so it sent yours back.
delivery-media = That mailbox doesn’t take this kind of message.
delivery-media-fax = That mailbox doesn’t take fax.
delivery-media-text = That mailbox doesn’t take text.
delivery-media-voice = That mailbox doesn’t take this kind of sound.
delivery-conversion = { $system } couldn’t turn the message into a form that mailbox takes.
delivery-letters = { $system } takes addresses in plain letters only.
delivery-not-allowed = You aren’t allowed to send to this mailbox. Its administrator can change that.
delivery-not-on-list = You aren’t allowed to send to the list { $name }. Its owner can change that.
delivery-encrypt = { $system } takes messages over an encrypted connection only. Your own mail administrator can help.
delivery-sign-in = The mail server didn’t accept your sign-in. Check the account in the settings.
delivery-own-account = Your account on the mail server is switched off. Your own mail administrator can help.
delivery-unconfirmed = { $system } couldn’t make sure that the message is from you. Your own mail administrator can help.
delivery-spam = { $system } took the message for spam. Ask { $name } to let your messages through.
delivery-content = { $system } didn’t like what is in the message. Send it without files.
delivery-listed = { $system } takes nothing from your mail server just now. Your own mail administrator can help.
delivery-relay = The mail server wouldn’t pass the message on to { $name }. Check the address; if it’s right, your own mail administrator can help.
delivery-too-much-mail = { $system } had too many messages in a short time. Wait a while.
delivery-postponed = { $system } asked to try again later.
delivery-later = It couldn’t be delivered for now.
delivery-later-because = It couldn’t be delivered for now: { $why }.
delivery-failed = It couldn’t be delivered.
delivery-failed-because = It couldn’t be delivered: { $why }.
delivery-subject-address = there is a problem with the address
delivery-subject-mailbox = there is a problem with the mailbox
delivery-subject-system = there is a problem with the other system
delivery-subject-way = there is a problem on the way to the other system
delivery-subject-protocol = the two systems didn’t understand each other
delivery-subject-media = there is a problem with the message’s media
delivery-subject-rules = the other system’s rules don’t allow it
delivery-today = today at { $clock }
delivery-yesterday = yesterday at { $clock }
delivery-tomorrow = tomorrow at { $clock }
delivery-on-day = on { $day }
delivery-size-bytes = { $size } bytes
delivery-size-kb = { $size } kB
delivery-size-mb = { $size } MB

## What a receipt says
the-recipient = the recipient
the-recipient-start = The recipient
receipt-failed = { $who } couldn’t play or open your message. Send it as a mail with a sound file.
receipt-expired = Your message to { $who } expired before anybody played or opened it.
receipt-mailbox-terminated = The mailbox of { $who } was closed before anybody played or opened it.
receipt-superseded = A newer message to { $who } took the place of this one before anybody played or opened it.
receipt-deleted = { $who } deleted your message without playing or opening it.
receipt-displayed = { $who } played or opened your message. That doesn’t say it was understood.
receipt-dispatched = { $who } passed your message on without playing or opening it.
receipt-processed = A program dealt with your message to { $who }. Perhaps nobody played or opened it.
receipt-denied = { $who } doesn’t say whether your message was played or opened.
receipt-unknown = The receipt doesn’t say what became of your message to { $who }.

# Of the command line; what options do is said in English.
cli-demo-no-window = this program was built without a window; "aloud demo --check" works
cli-loopback = user { $login }, password { $login }, no encryption; stop with Ctrl+C
cli-no-log = the log could not be started
cli-check-late = not done after { $count } s
cli-check-failed = { $count ->
    [one] 1 step failed
   *[other] { $count } steps failed
}
cli-no-white-pages = There are no white pages. Say where they are with "aloud contacts directory set".
cli-blocked = wants no messages now
pages-more = The white pages have more people. Type more of the name.
pages-late = The white pages were too slow. There may be more people.
pages-unreadable = The answer of the white pages couldn’t be read to its end. There may be more people.
pages-elsewhere = Other servers may know more people. They weren’t asked.
cli-no-home = this system names no home folder; use --data-dir
cli-no-window = this program was built without a window; see aloud --help
window-ended = the window ended unexpectedly; what you recorded or wrote is kept as a draft
window-no-display = there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); `aloud --headless` and the commands of `aloud --help` need none
cli-policy-unreadable = { $file } cannot be used: { $why }
cli-trust-certificate = --trust-certificate wants HOST=SHA256 with 64 hexadecimal digits, not { $given }
cli-password-for = There are several accounts. Say whose password it is with --password-for or ALOUD_PASSWORD_FOR.
cli-no-password = standard input holds no password
cli-synced = { $messages } in { $mailboxes }, { $new }
cli-messages = { $count ->
    [one] 1 message
   *[other] { $count } messages
}
cli-mailboxes = { $count ->
    [one] 1 mailbox
   *[other] { $count } mailboxes
}
cli-no-mailbox = there is no mailbox { $name }
cli-sent = sent <{ $id }>
cli-outbox-held = goes out at { $at }
cli-outbox-queued = waits for the network
cli-outbox-sending = is on its way, { $percent } %
cli-outbox-accepted = was accepted and is being filed
cli-outbox-ambiguous = may have been sent: the connection broke before the server answered
cli-outbox-failed = couldn’t be sent: { $reason }
cli-outbox-retry = waits for another try at { $at }: { $reason }
cli-sign-in-browser = Sign in with your provider in a browser. The address is:
cli-sign-in-no-browser = No browser could be opened. Open the address yourself.
cli-sign-in-device = Open { $url } on any device and type the code { $code }
cli-sign-in-password = { $account } signs in with a password.
cli-no-keyring-sign-in = No keyring can be used here, so you have to sign in again next time.
cli-providers-unreadable = { $file } cannot be read and is left out: { $why }
cli-outbox-waits-sign-in = waits for you to sign in (aloud account sign-in { $account }): { $reason }
cli-outbox-waits-password = waits for your password (aloud sync --once --password-stdin): { $reason }
cli-outbox-sent = outbox { $id }: sent
cli-outbox-state = outbox { $id }: { $state }
cli-account-state = account { $id }: { $state }
cli-account-idle = idle
cli-account-checking = checking
cli-account-fetching = fetching { $done } of { $total }
cli-account-up-to-date = up to date
cli-account-incomplete = connected, but not all mailboxes can be opened
cli-mailbox-fault = { $mailbox } is not up to date: { $why }
cli-server-says = the server of { $account } says: { $said }
cli-quota = room for mail: { $quota }
cli-account-offline = offline
cli-account-sign-in = needs you to sign in again (aloud account sign-in): { $reason }
cli-account-password = needs its password: { $reason }
cli-check-password = --check needs a password
cli-no-keyring = there is no keyring here, so the password was not saved; give it to sync, send and --headless with --password-stdin or ALOUD_PASSWORD
cli-ca-file = --ca-file: { $file } is no file
cli-host-port = { $option }: { $given } is not HOST:PORT
cli-security-none = { $option }-security none is accepted for 127.0.0.1 and ::1 only
cli-no-account = there is no account { $name }
cli-standard-input = standard input
cli-bad-qualifier = --qualifier { $given }: NAME=VALUE is needed
cli-number = number
cli-extension = extension
cli-list = list
cli-domain = domain
cli-note = note
cli-no-card = no contact card
cli-no-name = without a name
cli-octets = { $kind }, { $count ->
    [one] 1 octet
   *[other] { $count } octets
}
cli-role = role
cli-organization = organization
cli-address = address
cli-place = place
cli-time-zone = time zone
cli-photo = photo
cli-spoken-name = spoken name
cli-changed = changed
cli-notes = notes
cli-problem = problem
cli-preferred = preferred
cli-other-part = in another part: { $id }
cli-card-in-message = this is a message; write its card to a file with extract first
cli-card-new = { $name }: new
cli-card-same = { $name }: nothing new
cli-card-known = { $name }: known as { $known }
cli-kept-typed = kept: you typed it
cli-kept-older = kept: the card is older
cli-kept-without-yes = kept; --yes takes it
cli-nobody = nobody like that is in the directory
cli-no-card-file = this is no contact card
cli-empty-recording = an empty recording is not sent
cli-no-from = --from is needed to know who sends it
cli-one-address = { $given }: one address is wanted here
cli-no-recipient = there is no recipient
cli-no-date = --date: { $given } is no date
cli-id-seed = --id-seed needs a letter or a digit
cli-requirements = { $count ->
    [one] a requirement is not met
   *[other] { $count } requirements are not met
}
cli-as-vpim = a VPIM message
cli-as-ivm = an Internet voice message
cli-as-mail = a mail
cli-validated = checked as { $what }: { $failed } failed, { $warned } warned, { $passed } passed, { $idle } not applicable
cli-pack = --pack is for G.726 only
cli-not-encoded = { $codec } can be decoded here, not encoded; encoded are { $list }
cli-unknown-recording = this is an unknown kind of recording, not { $codec }
cli-other-codec = this is { $found }, not { $codec }
cli-other-file = this is no { $codec } file
cli-codec-missing = encoding needs --codec
cli-no-recording = there is no recording in it
cli-no-recording-in = there is no recording in part { $path } of it
cli-nothing-to-extract = there is nothing to extract in part { $path }
cli-no-sound = built without sound
cli-no-devices = there is no sound device
cli-no-such-device = there is no such device; there are: { $known }
cli-loudspeaker = loudspeaker
cli-microphone = microphone
cli-no-speed = a speed is a number from 0.5 to 3
cli-no-time = a time is written as 90, 90.5 or 1:30
cli-start-too-late = the recording is only { $length } long
cli-file-there = { $file } is there already; --force writes over it
cli-recording = Recording; Ctrl+C ends it.
cli-recorded = { $length } are in { $file }
cli-page-damaged = page { $page } is damaged; what could be read of it was written
cli-no-page = { $count ->
    [one] there is no page { $page }; the fax has one page
   *[other] there is no page { $page }; the fax has { $count } pages
}
cli-no-fax = there is no fax in it
cli-because = because
cli-from = from
cli-subject = subject
cli-date = date
cli-length = length
cli-pages = pages
cli-importance = importance
cli-sensitivity = sensitivity
cli-reply = reply
cli-forward = forward
cli-save = save
cli-notice = notice
cli-receipt = receipt
cli-transcript = transcript
cli-report = report
cli-part = part
cli-card = card
cli-part-at = part { $path }
cli-message-voice = voice message
cli-message-fax = fax
cli-message-video = video message
cli-message-mail = mail
cli-message-receipt = receipt
cli-message-report = delivery report
cli-message-notice = notice
cli-message-with = { $kind } with { $also }
cli-unknown = unknown
cli-withheld = { $sender } (number withheld)
cli-estimated = estimated from the size
cli-reply-to = to { $to }
cli-reply-no = no
cli-allowed = allowed
cli-not-allowed = no: { $reason }
cli-receipt-no = not to be sent
cli-receipt-ask = only after asking
cli-receipt-may = may be sent
cli-receipt-asked = asked for by { $by }: { $verdict }
seconds-long = { $count } s
cli-part-missing = it is not there
cli-part-within = it is in the large message of part { $path }, and can be had only by extracting that part
cli-too-many-files = too many files named { $name }
cli-file-too-large = larger than 512 MiB
cli-message-too-large = larger than 4 GiB
cli-as-it-came = part { $path } is too large to be decoded ({ $size }), and was written as it came
cli-too-large-to-play = the recording is too large to be played here ({ $size }); “aloud extract” writes it into a file
cli-beginnings-checked = the message is large: of its large parts only the beginnings were checked

## Drafts
cli-drafts-none = There are no drafts.
cli-draft-gone = There is no draft { $id }.
cli-draft-open = The draft { $id } is open in a window. Close it there first.
cli-draft-open-mark = open in a window
cli-draft-no-recording = The draft { $id } has no recording { $name }.
cli-draft-silent = The draft { $id } has no recording.
cli-draft-no-revision = The draft { $id } has no revision { $number }.
cli-draft-written = Written { $when }, revision { $number }
cli-draft-to = To: { $to }
cli-draft-cc = Cc: { $cc }
cli-draft-subject = Subject: { $subject }
cli-draft-options = Options: { $options }
cli-draft-important = important
cli-draft-can-wait = not urgent
cli-draft-private = private
cli-draft-receipt = receipt asked for
cli-draft-recording = Recording: { $file }, { $length }
cli-draft-spoken-subject = Spoken subject: { $file }, { $length }
cli-draft-other-recording = Not used any more: { $file }, { $length }
cli-draft-sound-lost = Its recording is not on the disk any more.
cli-draft-revision = Revision { $number }, { $when }: { $line }
cli-draft-restored = Revision { $number } of the draft is the newest again.
cli-draft-remove = Remove this draft for good? Type “yes”:
cli-draft-yes = yes
cli-draft-not-removed = Nothing was removed.
cli-draft-removed = The draft was removed.

## aloud doctor

doctor-ok = in order
doctor-warning = warning
doctor-failure = failure
doctor-skipped = not tried
doctor-account = Account { $number }
doctor-folder = Data folder
doctor-disk = Room on the disk
doctor-database = Database
doctor-keyring = Keyring
doctor-clock = Clock
doctor-microphone = Microphone
doctor-loudspeaker = Loudspeaker
doctor-white-pages = White pages
doctor-provider = Signing in with the provider
doctor-imap-name = Name of the IMAP server
doctor-smtp-name = Name of the SMTP server
doctor-imap-connection = Connection to the IMAP server
doctor-smtp-connection = Connection to the SMTP server
doctor-imap-sign-in = Signing in to the IMAP server
doctor-smtp-sign-in = Signing in to the SMTP server
doctor-imap-offers = What the IMAP server offers
doctor-smtp-offers = What the SMTP server offers
doctor-imap-profile = How the IMAP server is treated
doctor-smtp-profile = How the SMTP server is treated
doctor-server-rows = Your own rows about servers
doctor-fix-rows = Correct servers.toml in the folder of the settings. The other rows count.
doctor-good = All is well.
doctor-free = { $megabytes } MB are free.
doctor-open = Other users of this computer can read it.
doctor-no-password = No password is at hand, so signing in wasn’t tried.
doctor-no-keyring = No keyring can be used. Passwords are asked for at each start.
doctor-clock-good = It isn’t behind the newest message.
doctor-clock-behind = The newest message came { $minutes } minutes from now.
doctor-no-address = The name isn’t known.
doctor-unencrypted = The connection isn’t encrypted.
doctor-lacks-idle = New mail isn’t told at once.
doctor-lacks-move = Messages are copied and then removed instead of moved.
doctor-lacks-condstore = Every check looks at the marks of all messages.
doctor-lacks-dsn = Nobody reports whether a message was delivered.
doctor-lacks-size = It doesn’t say how large a message may be.
doctor-too-long = It took too long.
doctor-not-tried = Not tried, because what it needs isn’t there.
doctor-no-device = There is none that can be used.
doctor-device-listed = The system names one. It wasn’t opened.
doctor-unreachable = There is no connection.
doctor-refused = The server refused.
doctor-wrong-encryption = The server expects another kind of encryption.
doctor-fix-room = Make room on the disk that holds the data folder.
doctor-fix-open = Run chmod 700 on it. Aloud tries to close it at each start, and could not.
doctor-fix-password = Sign in again. Many providers want an app password or a sign-in of their own for mail programs.
doctor-fix-sign-in = Sign in with your provider again, in the account or with aloud account sign-in.
doctor-fix-keyring = Unlock the keyring, or install one such as GNOME Keyring or KWallet.
doctor-fix-clock = Set this computer’s clock, or let it be set from the network.
doctor-fix-name = Check the server’s name in the account, and the connection to the network.
doctor-fix-unencrypted = That is good enough on this computer only. Choose TLS or STARTTLS for any other server.
doctor-fix-lacks = Aloud does without. Ask the provider if it is missed.
doctor-fix-connection = Check the network, the server’s name and port, and whether a firewall or VPN is in the way.
doctor-fix-certificate = Check this computer’s clock and the server’s name. A company’s own certificate is chosen in the account.
doctor-fix-encryption = Choose another encryption or port in the account.
doctor-fix-damaged = End Aloud everywhere and start it again: it makes the database anew from its copies and the servers.
doctor-fix-newer = Install the newer Aloud again.
doctor-fix-busy = Wait until the other Aloud is done, or end it.
doctor-fix-folder = Check that the folder and everything in it belong to you and can be written.
doctor-fix-microphone = Plug one in, and allow Aloud to use it in the settings of the system.
doctor-fix-loudspeaker = Plug one in, and choose it in the settings of the system.
doctor-examine = Check everything
doctor-looking = Checking …
doctor-summary = { $passed } in order, { $warned } with a warning, { $failed } with a failure.
doctor-failed = { $count ->
    [one] One check failed.
   *[other] { $count } checks failed.
}
