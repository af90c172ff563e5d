# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Sets elements of the boot configuration that differ.
#
# bcdedit.exe has no output for programs. What it stores is read where Windows shows the store, by the types of elements; for devices and
# enumerations the line of "bcdedit /enum" is compared, whose names and values bcdedit takes as input too and does not translate.
[CmdletBinding(SupportsShouldProcess)]
param([object[]]$Rows = @())
$ErrorActionPreference = 'Stop'
$store = 'HKLM:\BCD00000000\Objects'
$bootManager = '{9dea862c-5cdd-4e70-acc1-f32b344d4795}'
$defaultElement = '23000003'
$changed = @()
$findings = @()

function Get-Element {
    param([string]$Identifier, [string]$Type)
    $key = "$store\$Identifier\Elements\$Type"
    if (-not (Test-Path -LiteralPath $key)) { return $null }
    (Get-ItemProperty -LiteralPath $key -Name Element).Element
}

# The identifier is the first one in the output, and the only name of an element that is translated.
function Get-CurrentIdentifier {
    $text = (& bcdedit.exe /enum '{current}' /v) -join "`n"
    if ($LASTEXITCODE -ne 0 -or $text -notmatch '\{[0-9a-fA-F-]{36}\}') { throw 'bcdedit does not know the entry that this system was started from' }
    $Matches[0]
}

function Get-Identifier {
    param([string]$Object)
    switch ($Object) {
        '{bootmgr}' { $bootManager }
        '{emssettings}' { '{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}' }
        '{default}' { Get-Element $bootManager $defaultElement }
        '{current}' { Get-CurrentIdentifier }
        default { throw "the object '$Object' is unknown" }
    }
}

function Test-Stored {
    param($Row)
    $identifier = Get-Identifier $Row.object
    if (-not $identifier) { throw "there is no entry $($Row.object)" }
    foreach ($type in $Row.stored.Keys) {
        $bytes = @(Get-Element $identifier $type | Where-Object { $null -ne $_ })
        if ((-join ($bytes | ForEach-Object { $_.ToString('x2') })) -ne $Row.stored[$type]) { return $false }
    }
    $true
}

function Test-Shown {
    param($Row)
    $lines = & bcdedit.exe /enum $Row.object
    if ($LASTEXITCODE -ne 0) { throw "bcdedit cannot show $($Row.object): exit code $LASTEXITCODE" }
    @($lines | Where-Object { ($_.Trim() -replace '\s+', ' ') -eq $Row.shown }).Count -gt 0
}

function Test-Row {
    param($Row)
    if ($Row.stored) { Test-Stored $Row } else { Test-Shown $Row }
}

# All is read before anything is set, so that check mode comes to the same list.
$differing = @(foreach ($row in $Rows) {
        try { if (-not (Test-Row $row)) { $row } }
        catch { $findings += @{ id = $row.id; what = "The boot configuration could not be read: $($_.Exception.Message)" } }
    })
foreach ($row in $differing) {
    if (-not $PSCmdlet.ShouldProcess($row.object, "bcdedit $($row.arguments -join ' ')")) { $changed += $row.id; continue }
    $arguments = @($row.arguments)
    $output = & bcdedit.exe @arguments
    if ($LASTEXITCODE -eq 0) { $changed += $row.id; continue }
    $findings += @{ id = $row.id; what = "bcdedit $($row.arguments -join ' ') was refused with exit code ${LASTEXITCODE}: $($output -join ' ')" }
}
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
