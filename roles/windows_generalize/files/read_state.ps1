# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Reads the state of Sysprep: what a reading has is described in plugins/module_utils/_planning/guest/windows/reading.py.
#
# Each value is read for itself: one that cannot be read is null, and the others are still worth having. Nothing is judged here.
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)][string]$Folder,
    [int]$Lines = 60
)
$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false

function Read-Value {
    param([scriptblock]$From)
    try { & $From } catch { $null }
}

function Format-Time {
    param([DateTime]$Moment)
    $Moment.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
}

# Get-Content reads the whole of a log that Sysprep is writing, and shares it with the writer.
function Read-Tail {
    param([string]$Path)
    @(if (Test-Path -LiteralPath $Path) { Get-Content -LiteralPath $Path -Tail $Lines | ForEach-Object { "$_" } })
}

$folderPath = [Environment]::ExpandEnvironmentVariables($Folder)
$panther = Join-Path -Path $env:SystemRoot -ChildPath 'System32\Sysprep\Panther'
$errors = Join-Path -Path $panther -ChildPath 'setuperr.log'
$actions = Join-Path -Path $panther -ChildPath 'setupact.log'
$tag = Join-Path -Path $env:SystemRoot -ChildPath 'System32\Sysprep\Sysprep_succeeded.tag'
$stateFile = Join-Path -Path $env:SystemRoot -ChildPath 'Setup\State\State.ini'

$record = Read-Value { Get-Content -LiteralPath (Join-Path -Path $folderPath -ChildPath 'started.json') -Raw | ConvertFrom-Json }
$exitCode = Read-Value { "$(Get-Content -LiteralPath (Join-Path -Path $folderPath -ChildPath 'exit_code') -Raw)".Trim() }
# The process of this role that waits for Sysprep is a PowerShell; its id alone may belong to another process by now.
$processes = @(Get-Process | Where-Object { $_.ProcessName -in 'sysprep', 'powershell' })
$process = @($processes | Where-Object { $_.ProcessName -eq 'sysprep' }) +
    @($processes | Where-Object { $record -and $null -eq $exitCode -and $_.ProcessName -eq 'powershell' -and $_.Id -eq $record.pid }) |
    Select-Object -First 1
$status = Read-Value { Get-Item -LiteralPath 'HKLM:\SYSTEM\Setup\Status\SysprepStatus' }
$states = @{}
if ($status) { foreach ($name in $status.GetValueNames()) { $states[$name] = $status.GetValue($name) } }

$Ansible.Result = @{
    time = Format-Time ([DateTime]::UtcNow)
    utc_offset_minutes = [int][TimeZoneInfo]::Local.GetUtcOffset([DateTime]::UtcNow).TotalMinutes
    started = if ($record) { $record.started } else { $null }
    process = if ($process) { 'running' } elseif ($null -ne $exitCode) { 'ended' } else { 'absent' }
    pid = if ($process) { $process.Id } elseif ($record) { $record.pid } else { $null }
    process_started = Read-Value { Format-Time $process.StartTime }
    exit_code = if ($exitCode -match '^-?\d+$') { [long]$exitCode } else { $null }
    # The file holds a text if Sysprep was not started at all.
    launch_error = if ("$exitCode" -match '^(-?\d+)?$') { $null } else { $exitCode }
    image_state = Read-Value { (Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State').ImageState }
    state_ini = Read-Value { "$(Get-Content -LiteralPath $stateFile -Raw)" }
    tag_time = Read-Value { Format-Time (Get-Item -LiteralPath $tag).LastWriteTimeUtc }
    setupact_size = Read-Value { (Get-Item -LiteralPath $actions).Length }
    setupact_tail = @(Read-Value { Read-Tail $actions })
    setuperr_tail = @(Read-Value { Read-Tail $errors })
    uptime_seconds = [Math]::Round([Diagnostics.Stopwatch]::GetTimestamp() / [Diagnostics.Stopwatch]::Frequency)
    sysprep_status = $states
}
