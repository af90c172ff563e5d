# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The account with which Ansible signs in: "identity" in "commands", {name, sid, administrator}; if omitted, an administrator.

function Get-SimulatedIdentity {
    [CmdletBinding()] param()
    $guest = Read-SimulatedGuest
    if ($guest.commands.identity) { return $guest.commands.identity }
    [pscustomobject]@{ name = "$($guest.name)\builder"; sid = 'S-1-5-21-1004336348-1177238915-682003330-1001'; administrator = $true }
}

# https://learn.microsoft.com/dotnet/api/system.security.principal.windowsidentity [D]
class SimulatedWindowsIdentity {
    [string]$Name
    [psobject]$User
    [bool]$IsSystem
    hidden [bool]$Administrator

    static [SimulatedWindowsIdentity] GetCurrent() {
        $found = Get-SimulatedIdentity
        if ($found.error) { throw $found.error }
        $identity = [SimulatedWindowsIdentity]::new()
        $identity.Name = $found.name
        $identity.User = [pscustomobject]@{ Value = $found.sid }
        $identity.IsSystem = $found.sid -eq 'S-1-5-18'
        $identity.Administrator = $found.administrator
        return $identity
    }
}

# https://learn.microsoft.com/dotnet/api/system.security.principal.windowsprincipal [D]
class SimulatedWindowsPrincipal {
    hidden [SimulatedWindowsIdentity]$Identity

    SimulatedWindowsPrincipal([SimulatedWindowsIdentity]$identity) { $this.Identity = $identity }

    [bool] IsInRole([object]$role) {
        if ([string]$role -notin 'Administrator', 'S-1-5-32-544') { throw "no stand-in for the role $role" }
        return $this.Identity.Administrator
    }
}
$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
foreach ($prefix in '', 'System.') {
    $accelerators::Add("${prefix}Security.Principal.WindowsIdentity", [SimulatedWindowsIdentity])
    $accelerators::Add("${prefix}Security.Principal.WindowsPrincipal", [SimulatedWindowsPrincipal])
}

# https://learn.microsoft.com/windows-server/administration/windows-commands/whoami [D]
function whoami.exe {
    if ("$args" -ne '/user /fo csv /nh') { throw "no stand-in for whoami.exe $args" }
    $found = Get-SimulatedIdentity
    $global:LASTEXITCODE = 0
    '"{0}","{1}"' -f $found.name, $found.sid
}
# https://learn.microsoft.com/windows/win32/winprog64/wow64-implementation-details [D]: x86 in a process of 32 bits
if (-not $env:PROCESSOR_ARCHITECTURE) { $env:PROCESSOR_ARCHITECTURE = 'AMD64' }
