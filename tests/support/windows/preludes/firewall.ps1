# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Windows Firewall: "commands.firewall" holds {profiles: {name: bool}, rules: [...]}. A rule has the properties of the real one and those of its
# filters: RemoteAddress, Protocol, Program, Service; what is omitted is Any.

function Get-SimulatedRule {
    [CmdletBinding()] param()
    @((Get-SimulatedAnswer firewall).rules) -ne $null
}

# https://learn.microsoft.com/powershell/module/netsecurity/get-netfirewallrule [D]
function Get-NetFirewallRule {
    [CmdletBinding()] param([string[]]$Name, [string[]]$Group, $AssociatedNetFirewallAddressFilter)
    $found = @(Get-SimulatedRule | Where-Object {
            if ($Name) { $Name -contains $_.Name }
            elseif ($Group) { $Group -contains $_.Group }
            else { $_.Name -eq $AssociatedNetFirewallAddressFilter.InstanceID }
        })
    # That a search in vain is an error: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_cdxml [K]
    if ($found.Count -eq 0) { Stop-NotFound "No MSFT_NetFirewallRule objects found with property equal to '$Name$Group'.  Verify the value of the property and retry." }
    $found
}

# https://learn.microsoft.com/powershell/module/netsecurity/get-netfirewalladdressfilter [D]
function Get-NetFirewallAddressFilter {
    [CmdletBinding()] param([string]$PolicyStore)
    if ($PolicyStore -ne 'PersistentStore') { throw "no stand-in for the store $PolicyStore" }
    foreach ($rule in Get-SimulatedRule) {
        [pscustomobject]@{ InstanceID = $rule.Name; LocalAddress = 'Any'; RemoteAddress = if ($rule.RemoteAddress) { $rule.RemoteAddress } else { 'Any' } }
    }
}

function Get-SimulatedFilter {
    [CmdletBinding()] param($Rule, [string]$Property)
    [pscustomobject]@{ InstanceID = $Rule.Name; $Property = if ($Rule.$Property) { $Rule.$Property } else { 'Any' } }
}

# https://learn.microsoft.com/powershell/module/netsecurity/get-netfirewallportfilter [D]
function Get-NetFirewallPortFilter {
    [CmdletBinding()] param([Parameter(Mandatory)]$AssociatedNetFirewallRule)
    Get-SimulatedFilter $AssociatedNetFirewallRule Protocol
}

# https://learn.microsoft.com/powershell/module/netsecurity/get-netfirewallapplicationfilter [D]
function Get-NetFirewallApplicationFilter {
    [CmdletBinding()] param([Parameter(Mandatory)]$AssociatedNetFirewallRule)
    Get-SimulatedFilter $AssociatedNetFirewallRule Program
}

# https://learn.microsoft.com/powershell/module/netsecurity/get-netfirewallservicefilter [D]
function Get-NetFirewallServiceFilter {
    [CmdletBinding()] param([Parameter(Mandatory)]$AssociatedNetFirewallRule)
    Get-SimulatedFilter $AssociatedNetFirewallRule Service
}

# https://learn.microsoft.com/powershell/module/netsecurity/set-netfirewallrule [D]
function Set-NetFirewallRule {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)][string]$Name, [string]$Enabled, [string]$Action, [string]$Profile, [string]$EdgeTraversalPolicy)
    if (-not $PSCmdlet.ShouldProcess($Name, 'Set')) { return }
    $firewall = Get-SimulatedAnswer firewall
    foreach ($rule in @($firewall.rules | Where-Object { $_.Name -eq $Name })) {
        foreach ($property in @($PSBoundParameters.Keys -ne 'Name')) { $rule | Add-Member -MemberType NoteProperty -Name $property -Value $PSBoundParameters[$property] -Force }
    }
    Set-SimulatedAnswer firewall $firewall
}

# https://learn.microsoft.com/powershell/module/netsecurity/new-netfirewallrule [D]
function New-NetFirewallRule {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory)][string]$DisplayName,
        [string]$Direction = 'Inbound',
        [string]$RemoteAddress = 'Any',
        [string]$Action = 'Allow',
        [string]$Profile = 'Any',
        [string]$Enabled = 'True',
        [string]$EdgeTraversalPolicy = 'Block'
    )
    if (-not $PSCmdlet.ShouldProcess($DisplayName, 'New')) { return }
    $firewall = Get-SimulatedAnswer firewall
    $rule = [pscustomobject]@{
        Name = "{$([guid]::NewGuid())}"; DisplayName = $DisplayName; Direction = $Direction; RemoteAddress = $RemoteAddress; Action = $Action
        Profile = $Profile; Enabled = $Enabled; EdgeTraversalPolicy = $EdgeTraversalPolicy
    }
    $firewall.rules = @(@($firewall.rules) -ne $null; $rule)
    Set-SimulatedAnswer firewall $firewall
    $rule
}
