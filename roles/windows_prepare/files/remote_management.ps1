# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Lets Enable-PSRemoting set up WinRM if its service, its listener or its firewall rules are not there.
#
# The group of rules is named by the resource id of its name. The id and the key of the listeners were not verified on Windows.
[CmdletBinding(SupportsShouldProcess)]
param()
$ErrorActionPreference = 'Stop'
$listeners = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener'
$group = '@FirewallAPI.dll,-30267'
$changed = @()
$findings = @()

function Test-RemoteManagement {
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='WinRM'"
    if (-not $service -or $service.StartMode -ne 'Auto' -or $service.State -ne 'Running') { return $false }
    if (-not (Test-Path -LiteralPath $listeners) -or @(Get-ChildItem -LiteralPath $listeners).Count -eq 0) { return $false }
    @(Get-NetFirewallRule -Group $group | Where-Object { "$($_.Enabled)" -eq 'True' }).Count -gt 0
}

try {
    if (-not (Test-RemoteManagement)) {
        if ($PSCmdlet.ShouldProcess('WinRM', 'Enable-PSRemoting')) {
            $null = Enable-PSRemoting -Force
            if (-not (Test-RemoteManagement)) { throw 'Enable-PSRemoting has not started WinRM with a listener and a firewall rule' }
        }
        $changed = @('remote_management')
    }
}
catch { $findings += @{ id = 'remote_management'; what = "WinRM could not be set up: $($_.Exception.Message)" } }
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
