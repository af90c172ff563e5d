# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Commands of docs/record-windows.ps1 for what modules of Ansible change on Windows: the profiles of the firewall, the proxy of WinHTTP.

# https://learn.microsoft.com/powershell/module/netsecurity/get-netfirewallprofile [D]
function Get-NetFirewallProfile {
    [CmdletBinding()] param()
    foreach ($each in (Get-SimulatedAnswer firewall profiles).PSObject.Properties) {
        [pscustomobject]@{ Name = $each.Name; Enabled = if ($each.Value) { 'True' } else { 'False' } }
    }
}

# https://learn.microsoft.com/windows-server/administration/windows-commands/netsh-winhttp [D]; the output [K]
function netsh.exe {
    if ("$args" -ne 'winhttp show proxy') { throw "no stand-in for netsh.exe $args" }
    $global:LASTEXITCODE = 0
    $set = Get-SimulatedAnswer winhttp_proxy
    ''
    'Current WinHTTP proxy settings:'
    ''
    if (-not $set.proxy) { return '    Direct access (no proxy server).' }
    "    Proxy Server(s) :  $($set.proxy)"
    "    Bypass List     :  $(if ($set.bypass) { $set.bypass -join ';' } else { '(none)' })"
}
