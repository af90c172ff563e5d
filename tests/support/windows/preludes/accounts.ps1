# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Local accounts: the section "users", rows {name, sid, enabled, password_last_set, password_expires, password_required}; times in UTC, null for never.

# https://learn.microsoft.com/powershell/module/microsoft.powershell.localaccounts/get-localuser [D]
function Get-LocalUser {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name, [string[]]$SID)
    $guest = Read-SimulatedGuest
    if ($guest.users -isnot [array] -and $guest.users.error) { Stop-Simulated $guest.users.error }
    $chosen = @(@($guest.users) -ne $null | Where-Object { (-not $Name -or $_.name -in $Name) -and (-not $SID -or $_.sid -in $SID) })
    foreach ($row in $chosen) {
        $times = @{}
        foreach ($time in 'password_last_set', 'password_expires') { $times[$time] = if ($row.$time) { ([datetime]$row.$time).ToLocalTime() } }
        [pscustomobject]@{
            Name = $row.name
            SID = $row.sid
            Enabled = [bool]$row.enabled
            PasswordLastSet = $times.password_last_set
            PasswordExpires = $times.password_expires
            PasswordRequired = [bool]$row.password_required
        }
    }
    if ($chosen.Count -eq 0 -and ($Name -or $SID)) { Stop-Simulated "User $Name$SID was not found." 'UserNotFound' }
}
