"""What the API takes and gives about scans (in OpenAPI)."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from vibelux.service.failures import ErrorBody, failure_of
from vibelux.service.scan_job import ScanStatus, State
from vibelux.service.schemas import Strict
from vibelux.service.text import sendable


class ScanAsked(Strict):
    """What to scan."""

    folder: str | None = Field(
        default=None,
        min_length=1,
        max_length=4096,
        examples=["~/Music"],
        description="on the machine that serves; null for the sample catalogue",
    )
    retry: bool = Field(default=False, description="try failed files again")
    only_failed: bool = Field(
        default=False, description="try the failed files again, and scan no folder"
    )

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.only_failed and self.folder is not None:
            raise ValueError("only_failed comes without a folder")
        return self


class ReportOut(BaseModel):
    """What a scan did."""

    analysed: int
    unchanged: int
    moved: int
    copied: int
    returned: int
    missing: int
    failed: int
    unread: int = Field(description="files that could not be read now; the next scan tries again")
    unreachable: list[str] = Field(
        description="folders that could not be listed; their songs stay as they are", examples=[[]]
    )
    warnings: list[str] = Field(description="the same and more, in English sentences")


class ScanOut(BaseModel):
    """How far the scan is."""

    state: State
    folders: list[str] = Field(examples=[["/home/ada/Music"]])
    samples: bool
    only_failed: bool = Field(description="failed files are tried again, and nothing else")
    found: int = Field(description="audio files seen", examples=[1200])
    total: int = Field(description="files that need work", examples=[1200])
    done: int = Field(examples=[300])
    failed: int = Field(examples=[1])
    songs_per_second: float | None = Field(examples=[12.5])
    seconds_left: float | None = Field(examples=[72.0])
    seconds: float = Field(description="since it began", examples=[24.0])
    report: ReportOut | None
    error: ErrorBody | None

    @classmethod
    def of(cls, status: ScanStatus) -> "ScanOut":
        """Return what the API says about a scan."""
        report = status.report
        return cls(
            state=status.state,
            folders=[sendable(str(folder)) for folder in status.folders],
            samples=status.samples,
            only_failed=status.only_failed,
            found=status.found,
            total=status.total,
            done=status.done,
            failed=status.failed,
            songs_per_second=status.songs_per_second,
            seconds_left=status.seconds_left,
            seconds=round(status.seconds, 3),
            report=None
            if report is None
            else ReportOut(
                **{
                    name: getattr(report, name)
                    for name in ReportOut.model_fields
                    if name not in ("unreachable", "warnings")
                },
                unreachable=[sendable(folder) for folder in report.unreachable],
                warnings=[sendable(warning) for warning in report.warnings],
            ),
            error=None if status.error is None else failure_of(status.error).body,
        )


class FoldersOut(BaseModel):
    """Folders whose paths begin as typed."""

    folders: list[str] = Field(examples=[["/home/ada/Music", "/home/ada/Musicals"]])
