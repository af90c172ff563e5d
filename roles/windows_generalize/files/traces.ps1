# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Lists what identifies this guest, by the rows of vars/traces.yml, and removes it with -Remove. Nothing secret is returned, only places.
# %PROFILE% stands for each profile, those of services and those that have lost their account included.
[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory)][object[]]$Rows, [switch]$Remove)
$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$profileList = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'

function Test-Link($Item) { [bool]($Item.Attributes -band [IO.FileAttributes]::ReparsePoint) }

function Get-ProfileFolder {
    $folders = @(Get-ChildItem -LiteralPath $profileList | ForEach-Object { "$($_.GetValue('ProfileImagePath'))" })
    $users = [Environment]::ExpandEnvironmentVariables("$((Get-ItemProperty -LiteralPath $profileList).ProfilesDirectory)")
    if ($users -and (Test-Path -LiteralPath $users)) {
        # Links such as "Default User" lead to a profile that is listed anyway.
        $folders += @(Get-ChildItem -LiteralPath $users -Directory -Force | Where-Object { -not (Test-Link $_) } | ForEach-Object { $_.FullName })
    }
    $folders | Where-Object { $_ } | ForEach-Object { [Environment]::ExpandEnvironmentVariables($_) } | Sort-Object -Unique
}

# Paths of a row with all its variables replaced, and the folder that each begins with.
function Get-RowPath($Row) {
    foreach ($path in @($Row.path)) {
        $first = ($path -split '\\')[0]
        $folders = if ($first -eq '%PROFILE%') { Get-ProfileFolder } else { [Environment]::ExpandEnvironmentVariables($first) }
        foreach ($folder in $folders) { @{ root = $folder; path = [WildcardPattern]::Escape($folder) + $path.Substring($first.Length) } }
    }
}

# The thumbprints that the HTTPS listeners of WinRM use.
function Get-ListenerThumbprint {
    $listeners = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener'
    if (-not (Test-Path -LiteralPath $listeners)) { return }
    Get-ChildItem -LiteralPath $listeners | ForEach-Object { "$($_.GetValue('certThumbprint'))".Replace(' ', '') }
}

function Get-Certificate($Row, [string]$Store) {
    if (-not (Test-Path -LiteralPath $Store)) { return }
    $found = @(Get-ChildItem -LiteralPath $Store)
    if ($Row.self_signed) { $found = @($found | Where-Object { $_.Subject -eq $_.Issuer }) }
    if ($Row.of_listener) { $found = @($found | Where-Object { @(Get-ListenerThumbprint) -contains $_.Thumbprint }) }
    $found | ForEach-Object { @{ place = "$Store\$($_.Thumbprint)"; name = $null } }
}

function Get-Value($Row, [string]$Key) {
    if (-not (Test-Path -LiteralPath $Key)) { return }
    $item = Get-Item -LiteralPath $Key
    foreach ($name in @($Row.name)) {
        $isSet = @($item.GetValueNames()) -contains $name
        if ($isSet -and @($Row.harmless) -notcontains "$($item.GetValue($name))") { @{ place = $Key; name = $name } }
    }
}

# Existing files or folders. One that cannot be looked at is not one that does not exist. Anybody can have put a link into a profile or into
# ProgramData: what a link leads to is not of this row, and whoever removed it as an administrator would be abused.
function Get-Existing([string]$Path, [string]$Root) {
    $items = @(Get-Item -Path $Path -Force -ErrorAction SilentlyContinue -ErrorVariable problems)
    $problems | Where-Object { $_.CategoryInfo.Category -ne 'ObjectNotFound' } | ForEach-Object { throw $_ }
    foreach ($item in $items) {
        for ($folder = Split-Path $item.FullName; $folder.Length -gt $Root.Length; $folder = Split-Path $folder) {
            if (Test-Link (Get-Item -LiteralPath $folder -Force)) { throw "$($item.FullName) is behind the link $folder, remove one of them" }
        }
        @{ place = $item.FullName; name = $null }
    }
}

# Existing places of a row.
function Get-Trace($Row) {
    foreach ($each in @(Get-RowPath $Row)) {
        if ($Row.kind -eq 'registry_value') { Get-Value $Row $each.path }
        elseif ($Row.kind -eq 'certificates') { Get-Certificate $Row $each.path }
        else { Get-Existing $each.path $each.root }
    }
}

# Delete of .NET ends at links: it removes them, and nothing that they lead to.
function Remove-Trace($Row, $Trace) {
    if ($Trace.name) { return Remove-ItemProperty -LiteralPath $Trace.place -Name $Trace.name }
    if ($Row.kind -eq 'certificates') { return Remove-Item -LiteralPath $Trace.place -DeleteKey }
    $item = Get-Item -LiteralPath $Trace.place -Force
    if ($item.PSIsContainer) { $item.Delete($true) } else { Remove-Item -LiteralPath $Trace.place -Force }
}

$found, $failed = @{}, @{}
foreach ($row in $Rows) {
    try {
        $traces = @(Get-Trace $row)
        if ($traces) { $found[$row.id] = @($traces | ForEach-Object { if ($_.name) { "$($_.place)\$($_.name)" } else { $_.place } }) }
        if (-not $Remove -or -not $traces -or -not $PSCmdlet.ShouldProcess($row.id, 'remove')) { continue }
        $Ansible.Changed = $true
        $services = @($row.services | Where-Object { $_ -and (Get-Service -Name $_ -ErrorAction SilentlyContinue) })
        foreach ($service in $services) { Stop-Service -Name $service -Force }
        foreach ($trace in $traces) { Remove-Trace $row $trace }
    } catch { $failed[$row.id] = "$_" }
}
$Ansible.Result = @{ found = $found; failed = $failed }
