# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Enables existing rules of Windows Firewall, and adds rules for an address.
#
# Existing rules are found by name or by the resource id of their group. A rule for an address is there if some rule does what is needed,
# whatever its name is; one that has the name and the address but does something else is changed, so that no second one is added.
[CmdletBinding(SupportsShouldProcess)]
param([object[]]$Rows = @())
$ErrorActionPreference = 'Stop'
$changed = @()
$findings = @()

function Find-ExistingRule {
    param($Row)
    if ($Row.group) { Get-NetFirewallRule -Group $Row.group } else { Get-NetFirewallRule -Name $Row.name }
}

function Find-AddressRule {
    param($Row)
    $same = $Row.address, "$($Row.address)/32", "$($Row.address)/255.255.255.255"
    $filters = @(Get-NetFirewallAddressFilter -PolicyStore PersistentStore | Where-Object { @($_.RemoteAddress | Where-Object { $same -contains $_ }).Count -gt 0 })
    foreach ($filter in $filters) {
        Get-NetFirewallRule -AssociatedNetFirewallAddressFilter $filter | Where-Object { "$($_.Direction)" -eq $Row.direction }
    }
}

# Whether a rule is for all ports, programs and services.
function Test-Unlimited {
    param($Rule)
    "$((Get-NetFirewallPortFilter -AssociatedNetFirewallRule $Rule).Protocol)" -eq 'Any' -and
    "$((Get-NetFirewallApplicationFilter -AssociatedNetFirewallRule $Rule).Program)" -eq 'Any' -and
    "$((Get-NetFirewallServiceFilter -AssociatedNetFirewallRule $Rule).Service)" -eq 'Any'
}

function Test-AddressRule {
    param($Rule, $Row)
    $edge = -not $Row.edge -or "$($Rule.EdgeTraversalPolicy)" -eq $Row.edge
    "$($Rule.Enabled)" -eq 'True' -and "$($Rule.Action)" -eq 'Allow' -and "$($Rule.Profile)" -eq 'Any' -and $edge -and (Test-Unlimited $Rule)
}

function Enable-ExistingRule {
    param($Row)
    $off = @(Find-ExistingRule $Row | Where-Object { "$($_.Enabled)" -ne 'True' })
    if ($off.Count -eq 0) { return $false }
    if ($PSCmdlet.ShouldProcess(($off.Name -join ', '), 'Enable')) { $off | ForEach-Object { Set-NetFirewallRule -Name $_.Name -Enabled True } }
    $true
}

function Set-AddressRule {
    param($Row)
    $rules = @(Find-AddressRule $Row)
    if (@($rules | Where-Object { Test-AddressRule $_ $Row }).Count -gt 0) { return $false }
    $settings = @{ Action = 'Allow'; Profile = 'Any'; Enabled = 'True' }
    if ($Row.edge) { $settings.EdgeTraversalPolicy = $Row.edge }
    $named = @($rules | Where-Object { $_.DisplayName -eq $Row.name -and (Test-Unlimited $_) })
    if (-not $PSCmdlet.ShouldProcess("$($Row.name) $($Row.direction)", 'Allow')) { return $true }
    if ($named.Count -gt 0) { Set-NetFirewallRule -Name $named[0].Name @settings }
    else { $null = New-NetFirewallRule -DisplayName $Row.name -Direction $Row.direction -RemoteAddress $Row.address @settings }
    $true
}

foreach ($row in $Rows) {
    try {
        $isChange = if ($row.form -eq 'existing') { Enable-ExistingRule $row } else { Set-AddressRule $row }
        if ($isChange) { $changed += $row.id }
    }
    catch { $findings += @{ id = $row.id; what = "The firewall rule could not be set: $($_.Exception.Message)" } }
}
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
