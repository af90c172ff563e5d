# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads what the role checks and does not change. A fact that could not be read is null and is named in unread.
[CmdletBinding(SupportsShouldProcess)]
param([int]$Port = 3389, [string[]]$KnownFilters = @())
$ErrorActionPreference = 'Stop'
$current = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
$sessionManager = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager'
$serverManager = 'HKLM:\SOFTWARE\Microsoft\ServerManager\ServicingStorage\ServerComponentCache'
$services = 'HKLM:\SYSTEM\CurrentControlSet\Services'
$domainController = 2
$unread = @{}

function Test-Value {
    param([string]$Key, [string]$Name)
    (Test-Path -LiteralPath $Key) -and (Get-Item -LiteralPath $Key).GetValueNames() -contains $Name -and [bool](Get-ItemProperty -LiteralPath $Key -Name $Name).$Name
}

# The services of a listening process share it, so that all of them are named; a process without services goes by its name.
function Get-PortOwner {
    $listening = @(Get-NetTCPConnection -State Listen | Where-Object { $_.LocalPort -eq $Port })
    foreach ($process in @($listening | Select-Object -ExpandProperty OwningProcess -Unique)) {
        $names = @(Get-CimInstance -ClassName Win32_Service -Filter "ProcessId=$process" | ForEach-Object { $_.Name })
        if ($names -contains 'TermService') { 'TermService' } elseif ($names.Count -gt 0) { $names } else { "process $process" }
    }
}

function Get-NetworkFilter {
    foreach ($key in Get-ChildItem -LiteralPath $services) {
        $group = if ($key.GetValueNames() -contains 'Group') { $key.GetValue('Group') }
        if ($group -eq 'PNP_TDI' -and $KnownFilters -notcontains $key.PSChildName) { $key.PSChildName }
    }
}

function Get-PendingRestart {
    if (Test-Path -LiteralPath "$current\Component Based Servicing\RebootPending") { 'servicing' }
    if (Test-Path -LiteralPath "$current\WindowsUpdate\Auto Update\RebootRequired") { 'Windows Update' }
    if (Test-Value $sessionManager 'PendingFileRenameOperations') { 'renaming of files' }
    if (Test-Value $serverManager 'RestartRequired') { 'Server Manager' }
    if (Test-Path -LiteralPath "$env:SystemRoot\WinSxS\pending.xml") { 'pending.xml' }
}

function Get-WmiExitCode {
    $null = & winmgmt.exe /verifyrepository
    $LASTEXITCODE
}

function Read-Fact {
    param([string]$Name, [scriptblock]$Read)
    try { & $Read } catch { $unread[$Name] = $_.Exception.Message; $null }
}

$Ansible.Changed = $false
$Ansible.Result = @{
    disk_health = Read-Fact 'disk_health' { "$((Get-Volume -DriveLetter $env:SystemDrive.Substring(0, 1)).HealthStatus)" }
    wmi_exit_code = Read-Fact 'wmi_exit_code' { Get-WmiExitCode }
    port_owners = @(@(Read-Fact 'port_owners' { Get-PortOwner }) -ne $null)
    domain_controller = Read-Fact 'domain_controller' { (Get-CimInstance -ClassName Win32_OperatingSystem).ProductType -eq $domainController }
    network_filters = @(@(Read-Fact 'network_filters' { Get-NetworkFilter }) -ne $null)
    pending_restart = @(@(Read-Fact 'pending_restart' { Get-PendingRestart }) -ne $null)
    unread = $unread
}
