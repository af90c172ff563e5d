# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Remote management: the service WinRM, the key of its listeners, and the group of its firewall rules.

# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/enable-psremoting [D]
# The key of the listener and the resource id of the group [K].
function Enable-PSRemoting {
    [CmdletBinding(SupportsShouldProcess)] param([switch]$Force, [switch]$SkipNetworkProfileCheck)
    if (-not $PSCmdlet.ShouldProcess('localhost', 'Enable-PSRemoting')) { return }
    $null = Get-SimulatedAnswer firewall
    $guest = Read-SimulatedGuest
    $guest.services | Add-Member -MemberType NoteProperty -Name WinRM -Value ([pscustomobject]@{ status = 'Running'; start = 'Automatic' }) -Force
    foreach ($rule in @($guest.commands.firewall.rules | Where-Object { $_.Group -eq '@FirewallAPI.dll,-30267' })) { $rule.Enabled = 'True' }
    Write-SimulatedGuest $guest
    $null = New-Item -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener\*+HTTP' -Force
}
