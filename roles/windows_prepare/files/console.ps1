# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Adds the Special Administration Console to a client, whose service sacsvr is part of a capability. A server has the service.
[CmdletBinding(SupportsShouldProcess)]
param()
$ErrorActionPreference = 'Stop'
$capability = 'Windows.Desktop.EMS-SAC.Tools~~~~0.0.1.0'
$client = 1
$changed = @()
$findings = @()
try {
    if ((Get-CimInstance -ClassName Win32_OperatingSystem).ProductType -eq $client) {
        if ("$((Get-WindowsCapability -Online -Name $capability).State)" -ne 'Installed') {
            if ($PSCmdlet.ShouldProcess($capability, 'Add the capability')) { $null = Add-WindowsCapability -Online -Name $capability }
            $changed = @('console_capability')
        }
    }
}
catch { $findings += @{ id = 'console_capability'; what = "The capability $capability could not be added: $($_.Exception.Message)" } }
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
