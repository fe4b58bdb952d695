"""The words by which the API's errors are known; the page says each of them in its own language."""

from typing import Literal, cast, get_args

ErrorCode = Literal[
    "audio_crashed",
    "audio_damaged",
    "audio_empty",
    "audio_killed",
    "audio_no_permission",
    "audio_not_audio",
    "audio_protected",
    "audio_remote",
    "audio_silent",
    "audio_timeout",
    "audio_too_short",
    "audio_unreachable",
    "audio_vanished",
    "bad_request",
    "body_too_large",
    "catalogue_corrupt",
    "catalogue_empty",
    "catalogue_error",
    "catalogue_locked",
    "catalogue_too_new",
    "disk_silent",
    "files_unreachable",
    "folder_missing",
    "folder_not_allowed",
    "folder_unknown",
    "folder_unreadable",
    "headers_too_large",
    "host_not_allowed",
    "internal_error",
    "invalid_input",
    "invalid_mood",
    "invalid_request",
    "method_not_allowed",
    "model_error",
    "model_missing",
    "not_comparable",
    "not_found",
    "origin_not_allowed",
    "path_impossible",
    "path_not_whole",
    "playlist_error",
    "playlist_unknown",
    "profile_error",
    "profile_too_new",
    "range_not_satisfiable",
    "request_timeout",
    "service_stops",
    "session_unknown",
    "song_unknown",
    "token_needed",
    "too_many_connections",
    "too_many_requests",
    "too_many_tokens",
]

CODES: frozenset[str] = frozenset(get_args(ErrorCode))


def error_code(name: str) -> ErrorCode:
    """Return a word as a code: ``internal_error`` for one that is none."""
    return cast(ErrorCode, name) if name in CODES else "internal_error"
